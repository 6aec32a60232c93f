"""Times: integers inside (milliseconds since 1970-01-01 UTC), ISO 8601 on the wire."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

DAY: Final = 86_400_000  # milliseconds
LAST: Final = 253_402_300_799_999  # 9999-12-31T23:59:59.999Z: ISO 8601 has four digits for a year

FIRST_RETRY: Final = 2_000  # milliseconds
LAST_RETRY: Final = 3_600_000

ISO: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z", re.ASCII)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=1024)  # a bulk has one time, and most secrets have one time twice
def iso(milliseconds: int) -> str:
    """`2026-11-24T05:36:45.123Z`, exact to the millisecond."""
    moment = _EPOCH + timedelta(milliseconds=milliseconds)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def milliseconds(text: str) -> int:
    """The time that `iso` writes like this; also without fractions. Raises ValueError."""
    if not ISO.fullmatch(text):
        raise ValueError("not a time in UTC")
    return (datetime.fromisoformat(text) - _EPOCH) // timedelta(milliseconds=1)


def wait_after(failures: int) -> int:
    """Milliseconds until another try, after this number of failures."""
    return int(min(FIRST_RETRY * 2 ** min(failures - 1, 20), LAST_RETRY))
