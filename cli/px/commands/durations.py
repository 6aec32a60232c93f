"""Durations and times as people write them: 30m, 12h, 90d, 52w; 2026-11-01."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

from positronic.run_limits import MAX_TIME
from px.errors import Usage

_SPAN = re.compile(r"([1-9][0-9]{0,5})([mhdw])")
_SECONDS: Final = {"m": 60, "h": 3600, "d": 24 * 3600, "w": 7 * 24 * 3600}
DAY: Final = 24 * 3600
MIN_LIFE: Final = 60
MAX_LIFE: Final = 5 * 366 * 24 * 3600
MAX_AHEAD: Final = 10 * 366 * 24 * 3600


def parse_life(text: str) -> int:
    """A token's lifetime in seconds. Raises Usage."""
    seconds = span(text)
    if seconds is None or not MIN_LIFE <= seconds <= MAX_LIFE:
        raise Usage("--expires must be a duration like 30m, 12h, 90d or 52w, from 1m to 5 years")
    return seconds


def parse_unused(text: str) -> int:
    """How long nobody read it, in seconds. Raises Usage."""
    seconds = span(text)
    if seconds is None or not MIN_LIFE <= seconds <= MAX_LIFE:
        raise Usage("--unused must be a duration like 12h, 90d or 52w, from 1m to 5 years")
    return seconds


def parse_time_limit(text: str) -> int:
    """How long a run may take, in seconds. Raises Usage."""
    is_number = text.isascii() and text.isdigit() and len(text) <= 6
    seconds = int(text) if is_number else span(text)
    if seconds is None or not 1 <= seconds <= MAX_TIME:
        raise Usage(
            "--time-limit must be a number of seconds, or a duration like 30m or 2h, up to 7d"
        )
    return seconds


def parse_since(text: str, now: int) -> int:
    """A time in ms: a duration before now, a date, or ISO 8601; UTC unless it says otherwise."""
    seconds = span(text)
    if seconds is not None:
        return now - seconds * 1000
    try:
        found = datetime.fromisoformat(text)
        at = found if found.tzinfo else found.replace(tzinfo=UTC)
        return int(at.timestamp() * 1000)
    except (ValueError, OverflowError):
        raise Usage(
            "--since must be a duration like 24h, a date like 2026-11-01 or an ISO 8601 time"
        ) from None


def parse_within(text: str) -> int:
    """How far to look ahead, in seconds. Raises Usage."""
    seconds = 0 if text == "0" else span(text)
    if seconds is None or seconds > MAX_AHEAD:
        raise Usage("--within must be a duration like 12h, 14d or 8w, up to ten years")
    return seconds


def span(text: str) -> int | None:
    """Seconds; None: not a duration."""
    match = _SPAN.fullmatch(text)
    return None if match is None else int(match[1]) * _SECONDS[match[2]]
