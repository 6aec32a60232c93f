"""Waits for a condition, never for a time."""

from __future__ import annotations

import time
from collections.abc import Callable

SECONDS = 60
POLL = 0.01


def wait_until(happened: Callable[[], bool], what: str, seconds: float = SECONDS) -> None:
    """Returns when it happened; fails with `what` after so many seconds."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(POLL)
