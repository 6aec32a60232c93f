"""Crons as Cloudflare reads them: what fires when, and what is not read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from px.serve.cron import parse_cron


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("cron", "fires", "not_then"),
    [
        ("* * * * *", "2026-11-27T06:01", None),
        ("0 6 * * *", "2026-11-27T06:00", "2026-11-27T06:01"),
        ("*/20 * * * *", "2026-11-27T06:40", "2026-11-27T06:41"),
        ("5/20 * * * *", "2026-11-27T06:45", "2026-11-27T06:40"),
        ("10-30/10,59 * * * *", "2026-11-27T06:59", "2026-11-27T06:40"),
        ("0 22-2 * * *", "2026-11-27T01:00", "2026-11-27T03:00"),
        ("0 17 * * 1", "2026-11-29T17:00", "2026-11-30T17:00"),
        ("0 17 * * sun", "2026-11-29T17:00", "2026-11-30T17:00"),
        ("10 7 * * 2-6", "2026-11-27T07:10", "2026-11-28T07:10"),
        ("10 7 * * MON-FRI", "2026-11-30T07:10", "2026-11-29T07:10"),
        ("0 0 * * fri-sun", "2026-11-29T00:00", "2026-11-30T00:00"),
        ("0 0 1 * *", "2026-12-01T00:00", "2026-11-30T00:00"),
        ("0 0 1 * 2", "2026-11-30T00:00", "2026-12-02T00:00"),
        ("0 0 1 * 2", "2026-12-01T00:00", "2026-12-03T00:00"),
        ("0 0 29 feb *", "2028-02-29T00:00", "2028-03-29T00:00"),
        ("0 0 * jan,12 *", "2026-12-05T00:00", "2026-11-05T00:00"),
        ("0 0 31 * *", "2026-12-31T00:00", "2026-12-01T00:00"),
    ],
)
def test_when_it_fires(cron: str, fires: str, not_then: str | None) -> None:
    """In UTC; Sunday is 1; a day fires by its date or its weekday, where both are restricted."""
    found = parse_cron(cron)

    assert found.fires(at(fires))
    assert not_then is None or not found.fires(at(not_then))


@pytest.mark.parametrize(
    "cron",
    [
        *("", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * 32 * *"),
        *("* * * 13 *", "* * * * 0", "* * * * 8", "* * * * friL", "59 23 LW * *", "* * * * 2#1"),
        *("*/0 * * * *", "1- * * * *", ",1 * * * *", "a * * * *", "jan * * * *", "1-2-3 * * * *"),
    ],
)
def test_what_is_not_read(cron: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(ValueError, match=r"."):
        parse_cron(cron)
