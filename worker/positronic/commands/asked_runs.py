"""A project's index of runs, as its ledger answers; and what a run reports to it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress

from positronic.commands.asking import Asking
from positronic.errors import (
    AuditUnavailable,
    Forbidden,
    OutcomeUnknown,
    PositronicError,
    StoreFailed,
    TooManyWatches,
    Unauthenticated,
)
from positronic.ledger.run_rows import IndexedRun
from positronic.ledger.watch_rows import LEASE, RENEWED
from positronic.ports import Clock, Page, RandomBytes, Unreadable


class LedgerRuns:
    """For the caller: the list."""

    def __init__(self, ask: Asking) -> None:
        self._ask = ask

    async def list(
        self, status: str | None, brain: str | None, cursor: str | None, limit: int
    ) -> Page[IndexedRun | Unreadable]:
        """Newest first. With filters, a page may be short, or empty, and not the last."""
        found, following = await self._ask(
            "run.list", status=status, brain=brain, cursor=cursor, limit=limit
        )
        items = [Unreadable(*one) if len(one) == 1 else IndexedRun(*one) for one in found]
        return Page(items, following)


class LedgerRecorder:
    """For a run: reports what it did."""

    def __init__(self, ask: Asking) -> None:
        self._ask = ask

    async def copied(self, id_: str, versions: Mapping[str, int], at: int) -> None:
        """What it read from copies before. Raises AuditUnavailable."""
        await self._tell(id_, "brain.settle", versions=dict(versions), at=at)

    async def ended(self, run_id: str, status: str, at: int) -> None:
        """Raises AuditUnavailable."""
        await self._tell(None, "run.end", run=run_id, status=status, at=at)

    async def dropped(self, run_id: str) -> None:
        """It did not start after all. Raises AuditUnavailable."""
        await self._tell(None, "run.drop", run=run_id)

    async def _tell(self, id_: str | None, action: str, **arguments: object) -> None:
        try:
            if id_ is None:
                await self._ask(action, **arguments)
            else:
                await self._ask.once(id_, action, **arguments)
        except PositronicError:
            raise AuditUnavailable("the ledger cannot be written") from None


class Watching:
    """One caller's watches of runs, each of which has one of the caller's seats."""

    def __init__(self, ask: Asking, clock: Clock, random: RandomBytes) -> None:
        self._ask = ask
        self._clock = clock
        self._random = random

    async def seated(self, stream: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
        """The stream, which ends early if the caller's token ends. Raises TooManyWatches."""
        id_ = self._random(16).hex()
        try:
            await self._ask("watch.begin", id=id_, until=self._clock() + LEASE)
        except OutcomeUnknown:
            raise StoreFailed("the project's ledger did not answer") from None
        return self._held(id_, stream)

    async def _held(
        self, id_: str, stream: AsyncGenerator[bytes, None]
    ) -> AsyncGenerator[bytes, None]:
        renewed = self._clock()
        try:
            async with aclosing(stream):
                async for part in stream:
                    yield part
                    if self._clock() >= renewed + RENEWED:
                        renewed = self._clock()
                        if not await self._may_go_on(id_):
                            return
        finally:
            with suppress(PositronicError):  # it counts no longer after a while
                await self._ask("watch.end", id=id_)

    async def _may_go_on(self, id_: str) -> bool:
        try:
            await self._ask("watch.renew", id=id_, until=self._clock() + LEASE)
        except (Unauthenticated, Forbidden, TooManyWatches):
            return False
        except PositronicError:
            pass  # asked again soon
        return True
