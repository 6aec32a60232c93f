"""Addresses of providers: https, a host by its name, and nothing that leads elsewhere."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

from positronic.errors import NotConfigured

LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")

_LABEL: Final = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST: Final = re.compile(rf"(?=.{{1,253}}$)({_LABEL}\.)+[a-z][a-z0-9-]{{0,61}}[a-z0-9]")
_INTERNAL: Final = (".localhost", ".local", ".internal")


def check_address(setting: str, text: str, *, is_local: bool) -> None:
    """Raises NotConfigured, which names the setting and never shows its text."""
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - raises for a malformed port
    except ValueError:
        raise NotConfigured(f"{setting} is not a URL") from None
    if "@" in parts.netloc or "?" in text or "#" in text or "\\" in text:
        raise NotConfigured(f"{setting} must have neither a user nor a query nor a fragment")
    if is_local and _is_loopback(parts):
        return
    if parts.scheme != "https":
        raise NotConfigured(f"{setting} must start with https://")
    host = parts.hostname or ""
    if not _HOST.fullmatch(host) or host.endswith(_INTERNAL):
        raise NotConfigured(f"{setting} must name a public host, and not by a number")


def _is_loopback(parts: SplitResult) -> bool:
    return parts.scheme in ("http", "https") and parts.hostname in LOOPBACK
