"""What AWS's refusals mean. Its own sentences are never shown: only codes are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

from px.errors import NotAllowed, NotReached, PxError, ServerFailed

_CODE: Final = re.compile(r"[A-Za-z0-9.]{1,80}")
DENIED: Final = frozenset({"AccessDeniedException", "AccessDenied"})
# https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html
_CREDENTIALS: Final = {
    "UnrecognizedClientException": "AWS does not know this access key",
    "InvalidClientTokenId": "AWS does not know this access key",
    "InvalidSignatureException": "AWS refuses the signature",
    "SignatureDoesNotMatch": "AWS refuses the signature",
    "IncompleteSignature": "AWS refuses the signature",
    "MissingAuthenticationToken": "AWS got no credentials",
    "MissingAuthenticationTokenException": "AWS got no credentials",
    "ExpiredToken": "the AWS credentials have expired",
    "ExpiredTokenException": "the AWS credentials have expired",
    "RequestExpired": "AWS refuses the time of the request: check this machine's clock",
    "OptInRequired": "the AWS account has not enabled this",
}
_HINT: Final = "check the credentials: the access key, its secret, and this machine's clock"


class AwsRefused(Exception):
    """An answer that is a failure; `code`: AWS's, or `unknown`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def code_of(text: object) -> str:
    """A code that AWS sent, fit to be shown."""
    found = text.rpartition("#")[2] if isinstance(text, str) else ""
    return found if _CODE.fullmatch(found) else "unknown"


@contextmanager
def codes_only() -> Iterator[None]:
    """Of botocore's exceptions comes an AwsRefused, or NotReached or NotAllowed: none of theirs.

    A parameter that is not valid, or a credential process that failed, is quoted in their text.
    """
    from botocore import exceptions

    try:
        yield
    except exceptions.ClientError as error:
        found: Any = error.response.get("Error", {})
        raise AwsRefused(code_of(found.get("Code"))) from None
    except (
        exceptions.NoCredentialsError,
        exceptions.PartialCredentialsError,
        exceptions.CredentialRetrievalError,
        exceptions.TokenRetrievalError,
        exceptions.ProfileNotFound,
    ):
        raise NotAllowed(
            "px found no AWS credentials",
            code="no_credentials",
            hint="set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment, or use a "
            "profile or a role; `px secret import` also looks in .env.deploy",
        ) from None
    except exceptions.BotoCoreError as error:
        raise NotReached(
            f"AWS could not be reached{_place(error)}: {type(error).__name__}",
            code="not_reached",
            hint="its address comes from AWS_REGION, or from AWS_ENDPOINT_URL",
        ) from None


def _place(error: Exception) -> str:
    """The host alone."""
    url = getattr(error, "kwargs", {}).get("endpoint_url")
    try:
        host = urlsplit(url).hostname if isinstance(url, str) else None
    except ValueError:
        host = None
    return f" at {host}" if host and host.isprintable() else ""


def explained(refused: AwsRefused, action: str) -> PxError:
    """The refusal in a sentence. `action`: what was not allowed, such as an IAM action."""
    if refused.code in DENIED:
        return NotAllowed(
            f"the AWS credentials do not allow {action}",
            code="forbidden",
            hint="docs/aws.md has the policies that px needs",
        )
    if refused.code in _CREDENTIALS:
        return NotAllowed(_CREDENTIALS[refused.code], code="unauthorized", hint=_HINT)
    return ServerFailed(f"AWS failed: {action} answered {refused.code}", code="provider_failed")
