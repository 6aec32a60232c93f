"""An answer that nobody reads does not hold a run's object for ever."""

from __future__ import annotations

from worker.harness import Harness


def test_a_reader_that_takes_nothing_is_left(harness: Harness) -> None:
    """What it would have read is closed: nothing waits for it any longer."""
    harness.unread()
