"""Says again and again, at growing intervals, that the Worker is still starting."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Final

FIRST: Final = 5.0  # seconds until the first line; each pause is twice the one before
LONGEST: Final = 120.0  # seconds between two lines
LONG: Final = 60.0  # seconds after which a start takes long


@contextmanager
def said_if_slow(say: Callable[[str], None], first: float = FIRST) -> Iterator[Callable[[], None]]:
    """Until the block ends, or what it yields is called."""
    done, began = Event(), time.monotonic()

    def repeat() -> None:
        pause = first
        while not done.wait(pause):
            say(sentence(time.monotonic() - began))
            pause = min(2 * pause, LONGEST)

    Thread(target=repeat, daemon=True).start()
    try:
        yield done.set
    finally:
        done.set()


def sentence(seconds: float) -> str:
    """What a start says that takes this long so far."""
    so_far = f"{seconds:.0f} s so far"
    if seconds < LONG:
        return f"Still starting the Worker: {so_far}"
    return f"Still starting the Worker, which takes long: {so_far} (Ctrl-C stops it)"
