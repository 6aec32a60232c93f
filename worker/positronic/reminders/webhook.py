"""Where reminders are posted to, and how the receiver knows that they come from this Worker.

The header `Positronic-Signature: t=SECONDS,v1=HEX` has HMAC-SHA256 (RFC 2104) under the setting
REMINDER_SECRET, over the text of SECONDS, a full stop and the body as it was sent.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import SplitResult, urlsplit

from positronic.commands.asked_reminders import DueName, Reminded
from positronic.errors import NotConfigured
from positronic.names import Project
from positronic.times import DAY, iso

SIGNATURE: Final = "Positronic-Signature"
MAX_URL: Final = 2_000  # characters
MAX_WITHIN: Final = 365  # days
LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")

_URL: Final = re.compile(r"[\x21-\x7e]+")
_SECRET: Final = re.compile(r"[A-Za-z0-9+/=_.-]{32,256}")


class NoAnswer(Exception):
    """The receiver may have got it or not."""


# The status that the receiver answered; a redirect is not followed. Raises NoAnswer.
Post = Callable[[str, Mapping[str, str], str], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Webhook:
    """`within`: how many milliseconds before its time something is posted first."""

    url: str = field(repr=False)
    secret: str = field(repr=False)
    within: int

    def headers(self, body: str, now: int) -> Mapping[str, str]:
        seconds = now // 1000
        signed = hmac.digest(self.secret.encode(), f"{seconds}.{body}".encode(), hashlib.sha256)
        return {
            "Content-Type": "application/json",
            "User-Agent": "positronic-secrets",
            SIGNATURE: f"t={seconds},v1={signed.hex()}",
        }


def webhook(url: str, secret: str, days: str, *, is_local: bool) -> Webhook | None:
    """What the settings say; None: no reminders. Raises NotConfigured, which never shows them.

    `is_local`: a Worker of `px dev`, which may also post to this machine without TLS.
    """
    if not (days.isascii() and days.isdigit() and int(days[:6]) <= MAX_WITHIN):
        raise NotConfigured(f"REMINDER_DAYS must be a number from 0 to {MAX_WITHIN}")
    if not url:
        return None
    check_url(url, is_local=is_local)
    check_secret(secret)
    return Webhook(url, secret, int(days) * DAY)


def check_url(url: str, *, is_local: bool) -> None:
    """Raises NotConfigured."""
    if len(url) > MAX_URL or not _URL.fullmatch(url):
        raise NotConfigured("REMINDER_URL is not a URL")
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises for a malformed port
    except ValueError:
        raise NotConfigured("REMINDER_URL is not a URL") from None
    if not parts.hostname or "@" in parts.netloc or "#" in url or "\\" in url:
        raise NotConfigured("REMINDER_URL must have a host, and neither a user nor a fragment")
    if parts.scheme != "https" and not (is_local and _is_loopback(parts)):
        raise NotConfigured("REMINDER_URL must start with https://")


def check_secret(secret: str) -> None:
    """Raises NotConfigured."""
    if not _SECRET.fullmatch(secret):
        raise NotConfigured(
            "REMINDER_SECRET must have 32 to 256 letters, digits and characters of +/=_.-"
        )


def message(project: Project, batch: Reminded, now: int) -> str:
    """The body: names and times, never a value."""
    return json.dumps(
        {
            "type": "secrets.due",
            "project": project,
            "day": iso(batch.day * DAY)[:10],
            "sentAt": iso(now),
            "due": _names(batch.names),
        },
        separators=(",", ":"),
    )


def _names(names: Sequence[DueName]) -> list[dict[str, object]]:
    return [
        {"name": one.name, "version": one.version, "due": iso(one.at), "why": one.why}
        for one in names
    ]


def _is_loopback(parts: SplitResult) -> bool:
    return parts.scheme == "http" and parts.hostname in LOOPBACK
