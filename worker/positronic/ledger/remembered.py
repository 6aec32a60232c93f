"""A ledger that hardly anybody else writes to remembers rows, so that they are asked for once.

So it is with a Durable Object: there is one of each. Its owner can still write to its SQLite, in
Cloudflare's dashboard, and another process to its file on this machine: before each command, it is
asked whether somebody did.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final, Protocol

from positronic.ports import Ledger
from positronic.rows import BY_ID, Changes, Expect, Key, Kind, Position, Put, Row

MOST: Final = 1000  # rows
LONGEST: Final = 1000  # characters of a row's text

_EVERYTHING: Final = (None, None, None)


class Watched(Protocol):
    """A database whose state is another one after anybody has changed rows, though not after a
    table was dropped or renamed. Raises StoreFailed.
    """

    def state(self) -> str: ...

    def last_write(self) -> tuple[str, str]:
        """The states just before and just after our own."""
        ...


class RememberedLedger:
    """Another ledger, and those of its rows that were read last, by their ids."""

    def __init__(self, ledger: Ledger, database: Watched) -> None:
        self._ledger = ledger
        self.count = ledger.count
        self._database = database
        self._seen: str | None = None
        self._rows: dict[tuple[Kind, str], Row] = {}
        self._empty: set[Kind] = set()  # what there is no row of

    def look(self) -> bool:
        """Before each command: whether anybody else has written, so that nothing is remembered."""
        now = self._database.state()
        if now == self._seen:
            return False
        self._seen = now
        self._rows.clear()
        self._empty.clear()
        return True

    def wrote(self, before: str, after: str) -> None:
        """The states just before and just after we have written, also what is not the ledger's."""
        if self._seen == before:  # or somebody else came first, which the next look will find
            self._seen = after

    def get(self, kind: Kind, ids: Collection[str]) -> Mapping[str, Row]:
        if kind in self._empty:
            return {}
        known = self._rows.get
        found = {one: row for one in ids if (row := known((kind, one)))}
        if len(found) < len(ids):
            more = self._ledger.get(kind, [one for one in ids if one not in found])
            found |= more
            self._remember(kind, more.values())
        return found

    def list(
        self,
        kind: Kind,
        index: str = BY_ID,
        after: Position | None = None,
        limit: int = 1000,
        *,
        low: Key | None = None,
        high: Key | None = None,
    ) -> Sequence[Row]:
        if kind in self._empty:
            return []
        found = self._ledger.list(kind, index, after, limit, low=low, high=high)
        if not found and limit and index == BY_ID and (after, low, high) == _EVERYTHING:
            self._empty.add(kind)
        return found

    def commit(self, changes: Changes, expect: Expect) -> int:
        rows = self._rows
        known = [one for one in changes if (one.kind, one.id) in rows]
        for one in known:  # also when it fails: nobody has to know whether it was made
            del rows[one.kind, one.id]
        if self._empty:
            self._empty.difference_update([one.kind for one in changes])
        revision = self._ledger.commit(changes, expect)
        if changes:
            self.wrote(*self._database.last_write())
        for one in known:
            if isinstance(one, Put) and len(one.text) <= LONGEST:
                rows[one.kind, one.id] = row = Row(one.id, one.text, one.keys, revision)
                row.read = one.read
        return revision

    def _remember(self, kind: Kind, found: Collection[Row]) -> None:
        rows = self._rows
        rows |= {(kind, row.id): row for row in found if len(row.text) <= LONGEST}
        while len(rows) > MOST:
            del rows[next(iter(rows))]  # the oldest
