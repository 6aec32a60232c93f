"""How long something took, in words."""

from __future__ import annotations

import pytest

from px.brains.elapsed import elapsed

DAY = "2026-11-24T"


@pytest.mark.parametrize(
    ("end", "words"),
    [
        ("05:00:00.000Z", "0 ms"),
        ("05:00:00.340Z", "340 ms"),
        ("05:00:01.299Z", "1.2 s"),
        ("05:00:59.999Z", "59.9 s"),
        ("05:02:05.000Z", "2 min 5 s"),
        ("06:02:59.000Z", "1 h 2 min"),
        ("04:59:59.000Z", "0 ms"),
    ],
)
def test_the_unit_grows_with_the_time(end: str, words: str) -> None:
    """Rounded down; a clock that was set back gives nothing below zero."""
    assert elapsed(f"{DAY}05:00:00.000Z", DAY + end) == words


@pytest.mark.parametrize("start", ["", "soon", "2026-11-24T05:00:00"])
def test_what_is_no_time_says_nothing(start: str) -> None:
    """An older server's events have none."""
    assert elapsed(start, f"{DAY}05:00:00.000Z") == ""
