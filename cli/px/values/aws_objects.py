"""Objects in AWS's two services: what both share, and how botocore's failures become ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from positronic.errors import StoreFailed
from positronic.secrets.sealer import ReadDenied
from px.aws.failures import DENIED, AwsRefused, codes_only
from px.errors import PxError

MARK: Final = "positronic-secrets"  # the tag of all that is ours


def denied(refused: AwsRefused, provider: str, action: str) -> None:
    """Raises ReadDenied, if that is what it was refused for."""
    if refused.code in DENIED:
        raise ReadDenied(f"{provider} does not allow {action}") from None


@contextmanager
def as_store_failures(provider: str, *expected: str) -> Iterator[None]:
    """StoreFailed with AWS's code, or AwsRefused when the code is one of the expected."""
    try:
        with codes_only():
            yield
    except AwsRefused as refused:
        if refused.code in expected:
            raise
        raise StoreFailed(f"{provider} refused: {refused.code}") from None
    except PxError as error:
        raise StoreFailed(f"{provider}: {error.message}") from None


def tags(host: str) -> list[dict[str, str]]:
    """The mark of what this host has put there."""
    return [{"Key": MARK, "Value": host}]


def is_marked(found: Any, host: str) -> bool:  # noqa: ANN401 - an answer of botocore
    """Whether these tags are of this host."""
    return tags(host)[0] in (found or [])
