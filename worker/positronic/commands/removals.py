"""What is kept of a deleted secret is removed when its time is over; its number stays."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from positronic.commands.new_versions import bare, removed
from positronic.ledger.secret_rows import STATES, VERSIONS, SecretState, version_id
from positronic.ports import Clock, Ledger
from positronic.rows import Change, CommitConflict, Put, Row

AT_ONCE: Final = 20  # names in one step


@dataclass(frozen=True, slots=True)
class Removals:
    """Of one project's ledger."""

    ledger: Ledger
    clock: Clock

    async def step(self) -> None:
        for row in self.ledger.list(STATES.kind, "deleted", limit=AT_ONCE, high=self.clock() + 1):
            with suppress(CommitConflict):  # a change came in between: it is still due
                self.ledger.commit(self._changes(row), {(STATES.kind, row.id): row.revision})

    def next(self) -> int | None:
        """When the next one is due, in milliseconds; None: none is."""
        rows = self.ledger.list(STATES.kind, "deleted", limit=1)
        return int(rows[0].keys[STATES.kind.indexes.index("deleted")] or 0) if rows else None

    def _changes(self, row: Row) -> list[Change]:
        state = STATES.item(row)
        if not isinstance(state, SecretState):  # what is due of it is unknown
            live, _, due = row.keys
            return [Put(STATES.kind, row.id, row.text, (live, None, due))]
        # Ascending ids are newest first.
        low = version_id(state.name, state.deleted_version or 0)
        rows = self.ledger.list(VERSIONS.kind, low=low, high=f"{state.name}0")
        return [STATES.put(bare(state)), *(removed(one.id) for one in rows)]
