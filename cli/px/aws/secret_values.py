"""Values of AWS Secrets Manager, twenty at once where the credentials allow that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from px.aws.failures import DENIED, AwsRefused, code_of, codes_only, explained

AT_ONCE: Final = 20  # BatchGetSecretValue's own limit
_GET: Final = "secretsmanager:GetSecretValue"

Found = str | AwsRefused | None  # None: it is binary


def read_values(client: Any, names: Sequence[str]) -> Iterator[tuple[str, Found]]:  # noqa: ANN401
    """Each name's text, in order. Raises NotAllowed for credentials that may read none."""
    may_batch = len(names) > 1
    for start in range(0, len(names), AT_ONCE):
        some = names[start : start + AT_ONCE]
        found = _batch(client, some) if may_batch else None
        may_batch = found is not None
        for name in some:
            yield name, _single(client, name) if found is None else found[name]


def _batch(client: Any, names: Sequence[str]) -> dict[str, Found] | None:  # noqa: ANN401
    """None: the credentials do not allow it, or AWS left one out."""
    found: dict[str, Found] = {}
    more: dict[str, str] = {}
    try:
        while True:
            with codes_only():
                answer = client.batch_get_secret_value(SecretIdList=list(names), **more)
            for secret in answer.get("SecretValues", []):
                found[str(secret.get("Name"))] = _text(secret)
            for error in answer.get("Errors", []):
                found[str(error.get("SecretId"))] = AwsRefused(code_of(error.get("ErrorCode")))
            if not answer.get("NextToken"):
                break
            more = {"NextToken": answer["NextToken"]}
    except AwsRefused as refused:
        if refused.code in DENIED:
            return None
        raise explained(refused, "secretsmanager:BatchGetSecretValue") from None
    return found if found.keys() >= set(names) else None


def _single(client: Any, name: str) -> Found:  # noqa: ANN401
    try:
        with codes_only():
            return _text(client.get_secret_value(SecretId=name))
    except AwsRefused as refused:
        if refused.code in ("ResourceNotFoundException", "InvalidRequestException"):
            return refused
        raise explained(refused, _GET) from None


def _text(answer: dict[str, Any]) -> str | None:
    text = answer.get("SecretString")
    return text if isinstance(text, str) else None
