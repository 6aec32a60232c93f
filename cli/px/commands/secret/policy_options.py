"""What `px secret policy` is asked to change, as fields of the contract."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Final

from positronic.secrets.policy import (
    MAX_KEPT_DAYS,
    MAX_KEPT_VERSIONS,
    MAX_NOTE,
    MAX_ROTATE_EVERY,
    is_note,
)
from positronic.times import LAST, iso
from px.commands.durations import DAY, span
from px.errors import Usage

NEVER: Final = "never"


def changes(
    note: str | None,
    expires: str | None,
    rotate_every: str | None,
    enforce: bool | None,
    keep: int | None,
    keep_deleted: str | None,
) -> dict[str, object]:
    """Only what was asked for. Raises Usage."""
    found: dict[str, object] = {}
    if note is not None:
        found["note"] = _note(note)
    if expires is not None:
        found["expiresAt"] = None if expires == NEVER else _expires(expires)
    if rotate_every is not None:
        found["rotateEvery"] = None if rotate_every == NEVER else _rotation(rotate_every)
    if enforce is not None:
        found["enforce"] = enforce
    kept = _kept(keep, keep_deleted)
    return found | ({"keep": kept} if kept else {})


def _note(text: str) -> str | None:
    if text and not is_note(text):
        raise Usage(f"--note must be one printable line of at most {MAX_NOTE} characters")
    return text or None


def _expires(text: str) -> str:
    """A time in UTC, as the contract writes it."""
    seconds = span(text)
    if seconds is not None:
        return iso(min(int(time.time() + seconds) * 1000, LAST))
    try:
        found = datetime.fromisoformat(text)
        at = found if found.tzinfo else found.replace(tzinfo=UTC)
        milliseconds = int(at.timestamp() * 1000)
    except (ValueError, OverflowError):
        milliseconds = 0
    if not 0 < milliseconds <= LAST:
        raise Usage(
            "--expires must be a duration like 90d, a date like 2027-01-31, "
            "an ISO 8601 time or never"
        )
    return iso(milliseconds)


def _rotation(text: str) -> int:
    days = _days(text)
    if days is None or not 1 <= days <= MAX_ROTATE_EVERY:
        raise Usage("--rotate-every must be whole days like 90d or 12w, up to ten years, or never")
    return days


def _kept(versions: int | None, deleted: str | None) -> dict[str, int]:
    found: dict[str, int] = {}
    if versions is not None:
        if not 1 <= versions <= MAX_KEPT_VERSIONS:
            raise Usage(f"--keep must be a number from 1 to {MAX_KEPT_VERSIONS}")
        found["versions"] = versions
    if deleted is not None:
        days = 0 if deleted in ("0", "0d") else _days(deleted)
        if days is None or days > MAX_KEPT_DAYS:
            raise Usage(f"--keep-deleted must be whole days like 30d, from 0d to {MAX_KEPT_DAYS}d")
        found["days"] = days
    return found


def _days(text: str) -> int | None:
    """None: not a duration of whole days."""
    seconds = span(text)
    return None if seconds is None or seconds % DAY else seconds // DAY
