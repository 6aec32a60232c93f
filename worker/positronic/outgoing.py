"""A request to somebody else's server. Each host brings a sender of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol
from urllib.parse import SplitResult, urlsplit

from positronic.errors import NotConfigured

DEADLINE: Final = 10_000  # milliseconds, from the first byte sent to the last one received
LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")

_URL: Final = re.compile(r"[\x21-\x7e]{1,2000}")


@dataclass(frozen=True, slots=True)
class Answer:
    """Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


class NoAnswer(Exception):
    """The server may have got it or not. It says nothing: its cause's text may hold the address."""


class Send(Protocol):
    """Does not follow redirects, has a deadline, and does not read an answer that is too long."""

    async def __call__(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> Answer:
        """Raises NoAnswer."""
        ...


def check_url(url: str, setting: str, *, is_local: bool) -> None:
    """Raises NotConfigured, which names the setting and never shows it.

    `is_local`: a Worker of `px dev`, which may also send to this machine without TLS.
    """
    if not _URL.fullmatch(url):
        raise NotConfigured(f"{setting} is not a URL")
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises for a malformed port
    except ValueError:
        raise NotConfigured(f"{setting} is not a URL") from None
    if not parts.hostname or "@" in parts.netloc or "#" in url or "\\" in url:
        raise NotConfigured(f"{setting} must have a host, and neither a user nor a fragment")
    if parts.scheme != "https" and not (is_local and _is_loopback(parts)):
        raise NotConfigured(f"{setting} must start with https://")


def _is_loopback(parts: SplitResult) -> bool:
    return parts.scheme == "http" and parts.hostname in LOOPBACK
