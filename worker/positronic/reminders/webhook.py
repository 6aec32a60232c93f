"""Where reminders are posted to, and how the receiver knows that they come from this Worker.

The header `Positronic-Signature: t=SECONDS,v1=HEX` has HMAC-SHA256 (RFC 2104) under the setting
REMINDER_SECRET, over the text of SECONDS, a full stop and the body as it was sent.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from positronic.commands.asked_reminders import DueName, Reminded
from positronic.errors import NotConfigured
from positronic.names import Project
from positronic.outgoing import check_url
from positronic.times import DAY, iso

SIGNATURE: Final = "Positronic-Signature"
MAX_WITHIN: Final = 365  # days

_SECRET: Final = re.compile(r"[A-Za-z0-9+/=_.-]{32,256}")


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
    check_url(url, "REMINDER_URL", is_local=is_local)
    check_secret(secret)
    return Webhook(url, secret, int(days) * DAY)


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
