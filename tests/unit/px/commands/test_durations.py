"""Times as people write them."""

from __future__ import annotations

import pytest

from px.commands.durations import parse_life, parse_since
from px.errors import Usage

NOW = 1_795_498_605_123  # 2026-11-24T05:36:45.123Z


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1m", 60), ("30m", 1800), ("12h", 43_200), ("90d", 7_776_000), ("52w", 31_449_600)],
)
def test_a_life_is_in_seconds(text: str, seconds: int) -> None:
    """Minutes, hours, days, weeks."""
    assert parse_life(text) == seconds


@pytest.mark.parametrize("text", ["", "0m", "1", "1y", "1.5h", "-1d", "1831d", "9" * 30 + "m"])
def test_another_life_is_refused(text: str) -> None:
    """Also what is shorter than a minute or longer than five years."""
    with pytest.raises(Usage, match="--expires"):
        parse_life(text)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1h", NOW - 3_600_000),
        ("2026-11-24", 1_795_478_400_000),
        ("2026-11-24T05:36:45.123Z", NOW),
        ("2026-11-24T06:36:45.123+01:00", NOW),
        ("2026-11-24 05:36:45.123", NOW),
    ],
)
def test_since_is_a_moment(text: str, moment: int) -> None:
    """UTC unless it says otherwise."""
    assert parse_since(text, NOW) == moment


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "24", "0h"])
def test_another_since_is_refused(text: str) -> None:
    """With the forms that there are."""
    with pytest.raises(Usage, match="--since"):
        parse_since(text, NOW)
