"""A cron as Cloudflare reads it: five fields, in UTC, Sunday is 1. Without its L, W and #.

A day fires if either the day of the month or the weekday says so, where both are restricted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

MINUTE: Final = 60_000  # milliseconds

_MONTHS: Final = (
    *("jan", "feb", "mar", "apr", "may", "jun"),
    *("jul", "aug", "sep", "oct", "nov", "dec"),
)
_WEEKDAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_PART: Final = re.compile(r"(?:(\*)|([a-z0-9]+)(?:-([a-z0-9]+))?)(?:/([0-9]{1,2}))?")


@dataclass(frozen=True, slots=True)
class Cron:
    """The numbers of each field; None: a star."""

    minutes: frozenset[int] | None
    hours: frozenset[int] | None
    days: frozenset[int] | None
    months: frozenset[int] | None
    weekdays: frozenset[int] | None

    def fires(self, at: int) -> bool:
        """In the minute that begins then, in milliseconds."""
        moment = datetime.fromtimestamp(at / 1000, UTC)
        weekday = moment.isoweekday() % 7 + 1
        is_day = _has(self.days, moment.day)
        if self.weekdays is not None:
            is_weekday = weekday in self.weekdays
            is_day = is_weekday if self.days is None else is_day or is_weekday
        return (
            is_day
            and _has(self.minutes, moment.minute)
            and _has(self.hours, moment.hour)
            and _has(self.months, moment.month)
        )


def parse_cron(text: str) -> Cron:
    """Raises ValueError, without the text."""
    fields = text.lower().split()
    if len(fields) != 5:
        raise ValueError("not five fields")
    minutes, hours, days, months, weekdays = fields
    return Cron(
        _numbers(minutes, 0, 59),
        _numbers(hours, 0, 23),
        _numbers(days, 1, 31),
        _numbers(months, 1, 12, _named(_MONTHS)),
        _numbers(weekdays, 1, 7, _named(_WEEKDAYS)),
    )


def _has(numbers: frozenset[int] | None, number: int) -> bool:
    return numbers is None or number in numbers


def _named(names: Sequence[str]) -> Mapping[str, int]:
    return {name: number for number, name in enumerate(names, 1)}


def _numbers(
    field: str, first: int, last: int, names: Mapping[str, int] | None = None
) -> frozenset[int] | None:
    if field == "*":
        return None
    found: set[int] = set()
    for part in field.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise ValueError("a field that cannot be read")
        star, low, high, step = match.groups()
        start = first if star else _number(low, first, last, names)
        # With a step, a single number goes on to the end; a range may go round it.
        end = last if star or (step and not high) else _number(high or low, first, last, names)
        every = int(step or 1)
        if every < 1:
            raise ValueError("a step of nothing")
        wrapped = end if start <= end else end + last - first + 1
        found |= {
            (n - first) % (last - first + 1) + first for n in range(start, wrapped + 1, every)
        }
    return frozenset(found)


def _number(text: str, first: int, last: int, names: Mapping[str, int] | None) -> int:
    number = (names or {}).get(text)
    if number is None:
        number = int(text)  # raises ValueError for letters
    if not first <= number <= last:
        raise ValueError("a number that is not in its field")
    return number
