"""AWS Secrets Manager and Systems Manager, Parameter Store: moto's, behind what moto lacks."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import formatdate
from functools import cache
from typing import Any, Final, Literal
from urllib.parse import parse_qs

import botocore.session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.moto_server.werkzeug_app import create_backend_app
from moto.secretsmanager.models import secretsmanager_backends
from moto.ssm.models import ssm_backends

from support.providers.standin import Asked, Said, Standin, standing_in

FACTS: Final = {
    "a signature is checked, and a clock that is five minutes off is refused": (
        "AWS General Reference, Signature Version 4, 'Troubleshoot signed requests'"
    ),
    "every error but a failure of AWS's own has the status 400": (
        "API references, 'Common error types' and the errors of each action"
    ),
    "an action that a policy does not have is AccessDeniedException": (
        "API references, 'Common error types'"
    ),
    "a secret's name does not end in a hyphen and six characters": (
        "Secrets Manager API reference, CreateSecret, which advises against it; that it is "
        "refused: (guess)"
    ),
    "a value has at most 65,536 bytes at Secrets Manager": (
        "botocore, secretsmanager service-2.json: SecretStringType, max 65536"
    ),
    "a ClientRequestToken has 32 to 64 characters": (
        "botocore, secretsmanager service-2.json: ClientRequestTokenType"
    ),
    "a secret that is scheduled for deletion takes no value": (
        "Secrets Manager API reference, PutSecretValue, InvalidRequestException: 'The secret is "
        "scheduled for deletion'"
    ),
    "the same token with the same value changes nothing, with another value it is refused": (
        "botocore, secretsmanager service-2.json: PutSecretValue, 'This operation is idempotent'"
    ),
    "lists lag": (
        "Secrets Manager API reference, ListSecrets: 'might not be up to date ... up to five "
        "minutes'"
    ),
    "a standard parameter has at most 4,096 bytes, an advanced one 8,192": (
        "Systems Manager user guide, 'Managing parameter tiers'"
    ),
    "a parameter's value contains no {{": (
        "Systems Manager API reference, PutParameter: 'Parameters can't be referenced or nested in "
        "the values of other parameters. You can't include {{}} or {{ssm:parameter-name}} in a "
        "parameter value'"
    ),
    "tags are refused together with Overwrite": "moto, and AWS's own message, which moto repeats",
    "an advanced parameter does not become a standard one": (
        "Systems Manager user guide, 'Managing parameter tiers': 'You can't revert'"
    ),
    "a deleted parameter's name cannot be used for 30 seconds": (
        "botocore, ssm service-2.json: DeleteParameter; which code it has: (guess)"
    ),
}

ACCOUNT: Final = "123456789012"
REGION: Final = "eu-central-1"
KEY_ID: Final = "AKIA" + "CANARYKEYID00000"
SECRET_KEY: Final = "canary-secret-access-key-0f27c1"
MAX_SKEW: Final = 300  # seconds
TIERS: Final = {"Standard": 4096, "Advanced": 8192}
_ARN_END: Final = re.compile(r"-[A-Za-z0-9]{6}\Z")

Service = Literal["secretsmanager", "ssm", "sts"]


class Refused(Exception):
    """AWS's code of an error."""


@dataclass
class Aws:
    """`clock` in seconds; `refused`: codes of errors by action, whoever asks."""

    clock: Callable[[], float] = field(default=lambda: datetime.now(UTC).timestamp())
    session_token: str | None = None
    refused: dict[str, str] = field(default_factory=dict)
    lags: bool = False
    keeps_deleted_names: bool = False
    _listed: set[str] = field(default_factory=set)
    _tiers: dict[str, str] = field(default_factory=dict)
    _deleted: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for backends in (secretsmanager_backends, ssm_backends):
            backends[ACCOUNT][REGION].reset()

    def deny(self, *actions: str) -> None:
        """Exactly these, from now on."""
        self.refused = dict.fromkeys(actions, "AccessDeniedException")

    def answer(self, asked: Asked) -> Said:
        """With the time of its own clock."""
        said = self._said(asked) if "x-amz-target" in asked.headers else self._identity(asked)
        return replace(said, headers={"Date": formatdate(self.clock(), usegmt=True)})

    def _identity(self, asked: Asked) -> Said:
        """STS, which speaks forms and XML: whose the key is, and nothing else."""
        try:
            self._check_signature(asked, "sts")
        except Refused as refused:
            return Said(
                403, text=f"<ErrorResponse><Error><Code>{refused}</Code></Error></ErrorResponse>"
            )
        form = {"Action": "GetCallerIdentity", "Version": "2011-06-15"}
        assert parse_qs(asked.body.decode()) == {key: [text] for key, text in form.items()}
        answer = _client("sts").post("/", data=form)
        return Said(answer.status_code, text=answer.get_data(as_text=True))

    def _said(self, asked: Asked) -> Said:
        action = asked.headers.get("x-amz-target", "").rpartition(".")[2]
        try:
            self._check(action, asked)
        except Refused as refused:
            return _error(str(refused))
        return self._after(action, asked.document, self.moto(action, asked.document))

    def throttled(self) -> Said:
        return _error("ThrottlingException")

    def broken(self, asked: Asked) -> Said:
        said = asked.body.decode() + str(asked.headers)
        return Said(500, {"__type": "InternalServiceError", "message": said})

    def moto(self, action: str, sent: Mapping[str, object]) -> Said:
        """As moto answers it, whoever asks."""
        service = _service(action)
        prefix = {"secretsmanager": "secretsmanager", "ssm": "AmazonSSM"}[service]
        credential = f"Credential={KEY_ID}/20260101/{REGION}/{service}/aws4_request"
        answer = _client(service).post(
            "/",
            data=json.dumps(sent),
            headers={
                "Content-Type": "application/x-amz-json-1.1",
                "X-Amz-Target": f"{prefix}.{action}",
                "Authorization": f"AWS4-HMAC-SHA256 {credential}, SignedHeaders=a, Signature=b",
            },
        )
        return Said(
            400 if answer.status_code == 404 else answer.status_code,
            json.loads(answer.data or b"null"),
        )

    def _check_signature(self, asked: Asked, expected: Service) -> None:
        """By botocore, from what arrived alone."""
        found = asked.headers.get("authorization", "")
        if not found.startswith("AWS4-HMAC-SHA256 Credential="):
            raise Refused("MissingAuthenticationToken")
        fields = dict(part.strip().split("=", 1) for part in found.partition(" ")[2].split(","))
        key_id, _, region, service, _ = fields["Credential"].split("/")
        if key_id != KEY_ID or asked.headers.get("x-amz-security-token") != self.session_token:
            raise Refused("UnrecognizedClientException")
        names = fields["SignedHeaders"].split(";")
        signed = {name: asked.headers[name] for name in names}
        url = f"http://{asked.headers['host']}{asked.path}"
        request = AWSRequest(asked.method, url, headers=signed, data=asked.body)
        time = request.context["timestamp"] = asked.headers["x-amz-date"]
        auth = SigV4Auth(Credentials(KEY_ID, SECRET_KEY), expected, REGION)
        text = auth.string_to_sign(request, auth.canonical_request(request))
        needed = {"host", "x-amz-date", "content-type"}
        needed |= set() if expected == "sts" else {"x-amz-target"}
        is_whole = needed <= {*names} and (region, service) == (REGION, expected)
        if not is_whole or auth.signature(text, request) != fields["Signature"]:
            raise Refused("InvalidSignatureException")
        moment = datetime.strptime(time, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        if abs(moment.timestamp() - self.clock()) > MAX_SKEW:
            raise Refused("InvalidSignatureException")

    def _check(self, action: str, asked: Asked) -> None:
        if action in self.refused:
            raise Refused(self.refused[action])
        self._check_signature(asked, _service(action))
        sent: Mapping[str, Any] = asked.document
        if action == "CreateSecret" and _ARN_END.search(sent["Name"]):
            raise Refused("InvalidParameterException")
        size = len(sent.get("SecretString", sent.get("Value", "")).encode())
        token = sent.get("ClientRequestToken", "x" * 32)
        if size > 65_536 or not 32 <= len(token) <= 64:
            raise Refused("ValidationException")
        if action == "PutSecretValue" and self._is_scheduled(sent["SecretId"]):
            raise Refused("InvalidRequestException")
        if action == "PutParameter":
            self._check_parameter(sent, size)

    def _check_parameter(self, sent: Mapping[str, Any], size: int) -> None:
        name, tier = sent["Name"], sent.get("Tier", "Standard")
        reverts = tier == "Standard" and self._tiers.get(name) == "Advanced"
        if size > TIERS[tier] or "{{" in sent["Value"] or reverts or len(name) > 1011:
            raise Refused("ValidationException")
        if name.strip("/").count("/") >= 15:
            raise Refused("HierarchyLevelLimitExceededException")
        since = self.clock() - self._deleted.get(name, 0)
        if self.keeps_deleted_names and since < 30:
            raise Refused("ParameterAlreadyExists")

    def _after(self, action: str, sent: Mapping[str, Any], said: Said) -> Said:
        if action == "PutParameter" and said.status == 200:
            self._tiers[sent["Name"]] = sent.get("Tier", "Standard")
        if action == "DeleteParameter":
            self._deleted[sent["Name"]] = self.clock()
            self._tiers.pop(sent["Name"], None)
        if action == "ListSecrets" and isinstance(said.document, dict):
            return self._lagging(said.document)
        return said

    def _lagging(self, document: dict[str, Any]) -> Said:
        entries = document["SecretList"]
        if not self.lags:
            self._listed = {one["Name"] for one in entries}
        seen = [one for one in entries if one["Name"] in self._listed]
        return Said(200, {**document, "SecretList": seen})

    def _is_scheduled(self, name: str) -> bool:
        document = self.moto("DescribeSecret", {"SecretId": name}).document
        return isinstance(document, dict) and document.get("DeletedDate") is not None


@dataclass(frozen=True)
class RunningAws:
    """On loopback, for a process that finds it by AWS's own variables."""

    aws: Aws
    standin: Standin

    @property
    def url(self) -> str:
        return self.standin.url

    @property
    def environment(self) -> dict[str, str]:
        """With it AWS's own command line would find the server."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": KEY_ID,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        }

    def actions(self) -> list[str]:
        """What was asked for; of STS there is one action."""
        of_sts = "sts.GetCallerIdentity"
        targets = [one.headers.get("x-amz-target", of_sts) for one in self.standin.asked]
        return [target.rpartition(".")[2] for target in targets]

    def client(self, service: str) -> Any:  # noqa: ANN401 - botocore has no types
        """For what a test puts there and looks at."""
        return botocore.session.Session().create_client(
            service,
            region_name=REGION,
            endpoint_url=self.url,
            aws_access_key_id=KEY_ID,
            aws_secret_access_key=SECRET_KEY,
        )


@contextmanager
def running_aws() -> Iterator[RunningAws]:
    """Empty, as moto keeps one account for the whole process."""
    aws = Aws()
    with standing_in(aws) as standin:
        yield RunningAws(aws, standin)


def _error(code: str) -> Said:
    # With a namespace, which does not count: Smithy, "AWS JSON 1.1 protocol".
    return Said(400, {"__type": f"com.amazonaws.service#{code}", "message": "said by AWS"})


@cache
def _service(action: str) -> Service:
    model = botocore.session.Session().get_service_model("secretsmanager")
    return "secretsmanager" if action in model.operation_names else "ssm"


@cache
def _client(service: Service) -> Any:  # noqa: ANN401 - werkzeug's
    return create_backend_app(service).test_client()
