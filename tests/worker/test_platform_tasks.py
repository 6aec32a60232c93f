"""Tasks that the platform waits for, and that end without a turn of the loop."""

from __future__ import annotations

from worker.harness import Harness


def test_whoever_waits_for_one_is_told_its_end(harness: Harness) -> None:
    """Also other tasks, in turns of their own."""
    harness.told()
