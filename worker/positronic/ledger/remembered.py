"""A ledger that hardly anybody else writes to remembers rows, so that they are asked for once.

So it is with a Durable Object: there is one of each. Its owner can still write to its SQLite, in
Cloudflare's dashboard, and another process to its file on this machine: before each command, it is
asked whether somebody did.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from typing import Final

from positronic.errors import PositronicError
from positronic.ports import Ledger
from positronic.rows import BY_ID, Changes, Expect, Key, Kind, Position, Put, Row

MOST: Final = 1000  # rows
LONGEST: Final = 1000  # characters of a row's text

_EVERYTHING: Final = (None, None, None)


class RememberedLedger:
    """Another ledger, and those of its rows that were read last, by their ids.

    `state`: what is another one after anybody has written.
    """

    def __init__(self, ledger: Ledger, state: Callable[[], object]) -> None:
        self._ledger = ledger
        self.count = ledger.count
        self._state = state
        self._seen: object = None
        self._rows: dict[tuple[Kind, str], Row] = {}
        self._empty: set[Kind] = set()  # what there is no row of

    def look(self) -> bool:
        """Before each command: whether anybody else has written, so that nothing is remembered."""
        before, self._seen = self._seen, self._state()
        if self._seen == before:
            return False
        self._rows.clear()
        self._empty.clear()
        return True

    def wrote_beside(self, before: object, after: object) -> None:
        """We have made a row that is not the ledger's: the states just before and just after it."""
        if self._seen == before:
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
        self._seen = None
        revision = self._ledger.commit(changes, expect)
        with suppress(PositronicError):  # it is committed: the next command begins afresh
            self._seen = self._state()
        for one in known:
            if isinstance(one, Put) and len(one.text) <= LONGEST:
                rows[one.kind, one.id] = Row(one.id, one.text, one.keys, revision)
        return revision

    def _remember(self, kind: Kind, found: Collection[Row]) -> None:
        rows = self._rows
        rows |= {(kind, row.id): row for row in found if len(row.text) <= LONGEST}
        while len(rows) > MOST:
            del rows[next(iter(rows))]  # the oldest
