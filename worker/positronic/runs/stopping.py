"""Work that can be stopped: at its next await, and at the latest some seconds later."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from math import inf
from typing import Any, Final, Generic, TypeVar

T = TypeVar("T")

# Seconds that code has to clean up after the CancelledError that it gets, and after the second one.
# Code that still goes on then is left to itself.
CLEANUP: Final = 5.0
LAST: Final = 1.0
LOOK: Final = 20.0  # seconds of one wait


class Stoppable(Generic[T]):
    """One piece of work, which `stop` stops, as often as it is called."""

    def __init__(self) -> None:
        self._asked = asyncio.Event()

    @property
    def is_stopping(self) -> bool:
        return self._asked.is_set()

    def stop(self) -> None:
        self._asked.set()

    async def result(
        self,
        work: Coroutine[Any, Any, T],
        seconds: float | None,
        out_of_time: Callable[[], None],
    ) -> T | None:
        """What the work returns, or None if it was cancelled, or did not end when it was stopped.

        `out_of_time` is called after that many seconds, and stops it.
        """
        task = asyncio.ensure_future(work)
        asked = asyncio.ensure_future(self._asked.wait())
        try:
            await self._until(task, asked, seconds)
            if not task.done() and not self.is_stopping:
                out_of_time()
            for grace in (CLEANUP, LAST):
                if not task.done():
                    task.cancel()
                    await asyncio.wait((task,), timeout=grace)
        finally:
            asked.cancel()
            task.cancel()
        task.add_done_callback(_forget)
        return task.result() if task.done() and not task.cancelled() else None

    async def _until(
        self, task: asyncio.Task[T], asked: asyncio.Task[bool], seconds: float | None
    ) -> None:
        """It ended, was stopped, or is out of time."""
        clock = asyncio.get_running_loop().time
        end = inf if seconds is None else clock() + seconds
        while not (task.done() or self.is_stopping) and (left := end - clock()) > 0:
            # Not for long: Pyodide keeps a timer until its time has come, also if nobody waits.
            await asyncio.wait(
                (task, asked), timeout=min(left, LOOK), return_when=asyncio.FIRST_COMPLETED
            )


def _forget(task: asyncio.Task[T]) -> None:
    """Nobody waits for it any more: its exception is not to be logged."""
    if not task.cancelled():
        task.exception()
