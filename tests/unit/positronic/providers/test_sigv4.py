"""The signature equals botocore's."""

from __future__ import annotations

import string
from datetime import UTC, datetime

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from positronic.providers.aws_api import host_of
from positronic.providers.sigv4 import Credentials, Scope, signed

KEY_CHARACTERS = string.ascii_letters + string.digits + "+/="
# What HTTP carries in a field; names in any case, and never those that a signature leaves out.
names = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,20}", fullmatch=True).map(lambda name: f"X-{name}")
values = st.text(string.ascii_letters + string.digits + " ;=,/.+_-\t", min_size=1, max_size=60)
headers = st.dictionaries(names, values, max_size=6).filter(
    lambda found: (
        len({name.lower() for name in found}) == len(found)
        and not {name.lower() for name in found} & {"x-amz-date", "x-amz-security-token"}
    )
)
keys = st.text(KEY_CHARACTERS, min_size=1, max_size=60)
times = st.integers(0, 4_102_444_799_999)  # until 2099
endpoints = st.sampled_from(
    (
        "https://secretsmanager.eu-central-1.amazonaws.com",
        "https://ssm.us-east-1.amazonaws.com:443",
        "http://127.0.0.1:5000",
        "https://vpce-0a-b.ssm.cn-north-1.vpce.amazonaws.com.cn:8443",
        "http://[::1]:80",
    )
)


def by_botocore(
    url: str,
    sent: dict[str, str],
    body: bytes,
    scope: Scope,
    credentials: Credentials,
    now: int,
) -> str:
    """The header Authorization; the time is put in where botocore reads the clock."""
    request = AWSRequest("POST", f"{url}/", headers=dict(sent), data=body)
    time = datetime.fromtimestamp(now // 1000, UTC).strftime("%Y%m%dT%H%M%SZ")
    request.context["timestamp"] = time
    request.headers["X-Amz-Date"] = time
    if credentials.session_token is not None:
        request.headers["X-Amz-Security-Token"] = credentials.session_token
    boto = BotoCredentials(
        credentials.access_key_id, credentials.secret_access_key, credentials.session_token
    )
    auth = SigV4Auth(boto, scope.service, scope.region)
    text = auth.string_to_sign(request, auth.canonical_request(request))
    names = auth.signed_headers(auth.headers_to_sign(request))
    return (
        f"AWS4-HMAC-SHA256 Credential={auth.scope(request)}, SignedHeaders={names}, "
        f"Signature={auth.signature(text, request)}"
    )


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    endpoint=endpoints,
    sent=headers,
    body=st.binary(max_size=2000),
    region=st.sampled_from(("eu-central-1", "us-gov-west-1", "cn-north-1")),
    service=st.sampled_from(("secretsmanager", "ssm", "sts")),
    access_key_id=keys,
    secret_access_key=keys,
    session_token=st.none() | keys,
    now=times,
)
def test_it_equals_botocore(
    endpoint: str,
    sent: dict[str, str],
    body: bytes,
    region: str,
    service: str,
    access_key_id: str,
    secret_access_key: str,
    session_token: str | None,
    now: int,
) -> None:
    """For any headers, body, place, key, session and time."""
    credentials = Credentials(access_key_id, secret_access_key, session_token)
    scope = Scope(region, service)

    found = signed(host_of(endpoint), sent, body, scope, credentials, now)

    assert found["Authorization"] == by_botocore(endpoint, sent, body, scope, credentials, now)


def test_credentials_do_not_show_themselves() -> None:
    """Neither does a call's error."""
    assert "canary" not in repr(Credentials("canary-id", "canary-key", "canary-token"))
