"""Where a server is. Checked before any byte is sent."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from px.failures import Usage

# urlsplit drops tabs and line ends in silence, so they must not come so far.
_PRINTABLE = re.compile(r"[\x21-\x7e]+")


class Address(NamedTuple):
    """A server's scheme, host, port and path prefix; equal when they lead to the same server."""

    scheme: str
    host: str
    port: int
    prefix: str

    @property
    def origin(self) -> str:
        """What may be shown: no path and no query, which may hold a key."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        standard = self.port == (443 if self.scheme == "https" else 80)
        return f"{self.scheme}://{host}" + ("" if standard else f":{self.port}")

    @property
    def is_loopback(self) -> bool:
        return _is_loopback(self.host)


def parse_address(text: str) -> Address:
    """An https address, or http on loopback. Raises Usage, without the text."""
    parts = _split(text)
    if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
        raise Usage(
            "px sends tokens and values over https only; http is for loopback",
            code="https_required",
            hint="use the address that starts with https://",
        )
    host, port = parts.hostname or "", parts.port
    return Address(
        parts.scheme, host, port or (443 if parts.scheme == "https" else 80), parts.path.rstrip("/")
    )


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        known = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        known = False
    if not known or not _PRINTABLE.fullmatch(text):
        raise Usage("the address is not a URL like https://secrets.example.workers.dev")
    if "@" in parts.netloc:
        raise Usage("the address holds a user name or password", hint="put the token in PX_TOKEN")
    if parts.query or parts.fragment:
        raise Usage("the address holds a query or a fragment")
    return parts


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
