"""A server's address, checked before anything is sent."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Final, NamedTuple
from urllib.parse import SplitResult, urlsplit

from px.errors import Usage

# urlsplit silently drops tabs and line ends, so they are refused before.
_PRINTABLE = re.compile(r"[\x21-\x7e]+")


class Address(NamedTuple):
    """A server's scheme, host and port; equal if they lead to the same server."""

    scheme: str
    host: str
    port: int

    @property
    def origin(self) -> str:
        """The address as shown and requested."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        standard = self.port == (443 if self.scheme == "https" else 80)
        return f"{self.scheme}://{host}" + ("" if standard else f":{self.port}")

    @property
    def is_loopback(self) -> bool:
        return _is_loopback(self.host)

    @property
    def is_local(self) -> bool:
        """Whether it is a Worker on this machine, as `px dev` is: only loopback takes http."""
        return self.scheme == "http"


def parse_address(text: str, what: str = "the address") -> Address:
    """An https address, or http on loopback. Raises Usage that shows `what`, not the text."""
    text = text.strip()
    parts = _split(text, what)
    if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
        raise Usage(
            "px sends tokens and values only over https; http is for loopback",
            code="https_required",
            hint="use the address that begins with https://",
        )
    host, port = parts.hostname or "", parts.port
    return Address(parts.scheme, host, port or (443 if parts.scheme == "https" else 80))


def _split(text: str, what: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        known = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        known = False
    if not known or not _PRINTABLE.fullmatch(text):
        raise Usage(f"{what} is not a URL like {_EXAMPLE}", hint=_cause(text))
    if "@" in parts.netloc:
        raise Usage(f"{what} contains a user name or password", hint="put the token in PX_TOKEN")
    if parts.query or parts.fragment:
        raise Usage(f"{what} contains a query or a fragment", hint=_BARE)
    if parts.path.strip("/"):
        raise Usage(f"{what} contains a path", hint=_BARE)
    return parts


_EXAMPLE: Final = "https://secrets.example.workers.dev"
_BARE: Final = f"give the address without a path, like {_EXAMPLE}"


def _cause(text: str) -> str:
    """A hint at what is probably wrong with a text that is not a URL."""
    if text[:1] in ("'", '"', "\u201c", "\u2018") or text[-1:] in ("'", '"'):
        return "remove the quotes"
    if not text.isascii():
        return "write the host name in ASCII, as in DNS (xn--...)"
    if any(not character.isprintable() or character == " " for character in text):
        return "it contains a space or a line end"
    if "://" not in text:
        return "it must begin with https://"
    return ""


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
