"""Publishes what the outbox says is due: the newest state of each name, a few at a time.

One drain runs at a time. A row goes only when what was published is still the newest: a change that
came meanwhile has put it again, and so it stays. What was written is known by the commit that
removes the row.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from positronic.errors import CorruptRecord, PositronicError
from positronic.ledger.copy_rows import OUTBOX, PUBLISHED, DueCopy, PublishedCopy, published
from positronic.ledger.look import Look
from positronic.ledger.secret_rows import STATES, VERSIONS, version_id
from positronic.names import Name
from positronic.ports import Clock, Copies, Ledger, Record
from positronic.rows import Change, CommitConflict, Delete, Put, Row
from positronic.times import wait_after

AT_ONCE: Final = 40  # names in one step
SIDE_BY_SIDE: Final = 6  # simultaneous connections that a Worker may hold


def are_many_due(ledger: Ledger, now: int) -> bool:
    """More names than one step publishes."""
    return len(ledger.list(OUTBOX.kind, "due", limit=AT_ONCE + 1, high=now + 1)) > AT_ONCE


@dataclass(frozen=True, slots=True)
class Drain:
    """One project's outbox, and where it leads."""

    ledger: Ledger
    copies: Copies
    clock: Clock

    async def step(self) -> None:
        """Publish at most AT_ONCE names; one that fails is due again later."""
        due = self.ledger.list(OUTBOX.kind, "due", limit=AT_ONCE, high=self.clock() + 1)
        outcomes: list[Put] = []
        for start in range(0, len(due), SIDE_BY_SIDE):
            some = due[start : start + SIDE_BY_SIDE]
            outcomes += await asyncio.gather(*map(self._publish, some))
        self._settle(due, outcomes)

    def next(self) -> int | None:
        """When the next name is due, in milliseconds; None: none is."""
        rows: Sequence[Row] = self.ledger.list(OUTBOX.kind, "due", limit=1)
        return int(rows[0].keys[0] or 0) if rows else None

    async def _publish(self, row: Row) -> Put:
        """What is to be kept of it: what was written, or when it is tried again."""
        name = Name(row.id)
        try:
            record = self._newest(name)
            if record is None:
                await self.copies.delete(name)
            else:
                await self.copies.put(record)
        except PositronicError:
            return OUTBOX.put(self._later(row))
        return PUBLISHED.put(published(name, record, self.clock(), self._last(name)))

    def _settle(self, due: Sequence[Row], outcomes: Sequence[Put]) -> None:
        there = self.ledger.get(OUTBOX.kind, [row.id for row in due])
        expect = {(OUTBOX.kind, row.id): row.revision for row in due if there.get(row.id) == row}
        changes: list[Change] = []
        for outcome in outcomes:
            is_unchanged = (OUTBOX.kind, outcome.id) in expect
            if outcome.kind == PUBLISHED.kind:
                changes += [outcome, *[Delete(OUTBOX.kind, outcome.id)] * is_unchanged]
            elif is_unchanged:
                changes.append(outcome)
        with suppress(CommitConflict):  # another process came in between: they are still due
            self.ledger.commit(changes, expect)

    def _later(self, row: Row) -> DueCopy:
        found = OUTBOX.item(row)
        tries = found.tries if isinstance(found, DueCopy) else 1
        return DueCopy(Name(row.id), self.clock() + wait_after(tries), tries + 1)

    def _last(self, name: Name) -> PublishedCopy | None:
        """What was last written of it; None: nothing that we know of."""
        row = self.ledger.get(PUBLISHED.kind, [name]).get(name)
        found = PUBLISHED.item(row) if row else None
        return found if isinstance(found, PublishedCopy) else None

    def _newest(self, name: Name) -> Record | None:
        """None: it is deleted, or its policy allows no copy. Raises CorruptRecord."""
        look = Look(self.ledger)
        state = look.one(STATES, name)
        if state is None or not state.is_copied:
            return None
        record = look.one(VERSIONS, version_id(name, state.metadata.version))
        if record is None:
            raise CorruptRecord(f"the record of {name} has no text")
        return record
