"""Makes a project's changes one at a time, each after its body was read, however slowly."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from positronic.errors import RateLimited
from positronic.http.request import Response
from positronic.ports import Journal

LARGE_AT_ONCE: Final = 2  # bodies of 8 MiB in memory, with what is parsed from them
RETRY_AFTER: Final = 2  # seconds

Work = Callable[[Journal], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Change:
    """`prepare` reads and checks what was sent; the work that it returns makes the change."""

    prepare: Callable[[], Awaitable[Work]]
    is_large: bool = False


class Writer:
    """Makes one project's changes, with one journal."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._lock = asyncio.Lock()
        self._large = 0

    async def __call__(self, change: Change) -> Response:
        """Raises RateLimited while LARGE_AT_ONCE large bodies are being processed."""
        with self._seat(change):
            work = await change.prepare()
            async with self._lock:
                return await work(self._journal)

    @contextmanager
    def _seat(self, change: Change) -> Iterator[None]:
        # Held until the change ends: a change without a body never waits for more than these.
        if change.is_large and self._large >= LARGE_AT_ONCE:
            raise RateLimited(
                f"{LARGE_AT_ONCE} large requests are being processed already; nothing was done",
                headers={"Retry-After": str(RETRY_AFTER)},
            )
        self._large += change.is_large
        try:
            yield
        finally:
            self._large -= change.is_large
