"""Times on the wire."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from positronic.times import LAST, iso


@given(st.integers(0, LAST))
def test_a_time_is_exact_to_the_millisecond(milliseconds: int) -> None:
    """Read back, the text is the very millisecond, however late: no float stands between."""
    text = iso(milliseconds)
    read = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)

    assert (read - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(milliseconds=1) == milliseconds
    assert len(text) == 24


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1, "1970-01-01T00:00:00.001Z"),
        (1_795_498_605_123, "2026-11-24T05:36:45.123Z"),
        (1_795_498_605_000, "2026-11-24T05:36:45.000Z"),
        (LAST, "9999-12-31T23:59:59.999Z"),
    ],
)
def test_the_spelling_of_a_time(milliseconds: int, text: str) -> None:
    """Three digits of milliseconds always, and Z for UTC."""
    assert iso(milliseconds) == text


@given(st.integers(0, LAST - 1), st.integers(1, 10**6))
def test_text_order_is_time_order(earlier: int, gap: int) -> None:
    """Sorting the text sorts the times."""
    assert iso(earlier) < iso(min(earlier + gap, LAST))
