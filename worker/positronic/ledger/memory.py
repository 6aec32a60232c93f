"""The Ledger of a host that keeps nothing: in this process's memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from positronic.rows import (
    ABSENT,
    BY_ID,
    Changes,
    CommitConflict,
    Delete,
    Expect,
    Key,
    Kind,
    Position,
    Row,
    Where,
    check,
    position,
)


class MemoryLedger:
    """Forgets everything with the process, and nothing before."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[str, Row]] = {}
        self._commits = 0

    def get(self, kind: Kind, ids: Collection[str]) -> Mapping[str, Row]:
        rows = self._rows.get(kind.name, {})
        return {one: rows[one] for one in ids if one in rows}

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
        def is_asked_for(place: Position) -> bool:
            key: Key = place[0]
            return (
                (after is None or place > after)
                and (low is None or key >= low)  # type: ignore[operator]
                and (high is None or key < high)  # type: ignore[operator]
            )

        rows = self._rows.get(kind.name, {}).values()
        places = {place: row for row in rows if (place := position(kind, index, row)) is not None}
        found = sorted(place for place in places if is_asked_for(place))
        return [places[place] for place in found[:limit]]

    def count(
        self, kind: Kind, index: str = BY_ID, *, low: Key | None = None, high: Key | None = None
    ) -> int:
        everything = len(self._rows.get(kind.name, {}))
        return len(self.list(kind, index, None, everything, low=low, high=high))

    def check(self, changes: Changes, expect: Expect) -> None:
        """Raises what `commit` would, and changes nothing."""
        check(changes)
        for where, revision in expect.items():
            row = self._at(where)
            if (row.revision if row else ABSENT) != revision:
                raise CommitConflict

    def _at(self, where: Where) -> Row | None:
        kind, key = where[0], where[-1]
        if len(where) == 2:
            return self._rows.get(kind.name, {}).get(where[1])
        rows = self.list(kind, where[1], limit=1, low=key)
        return next((row for row in rows if row.keys[kind.indexes.index(where[1])] == key), None)

    def commit(self, changes: Changes, expect: Expect) -> int:
        self.check(changes, expect)
        self._commits += 1
        for change in changes:
            rows = self._rows.setdefault(change.kind.name, {})
            if isinstance(change, Delete):
                rows.pop(change.id, None)
            else:
                rows[change.id] = Row(change.id, change.text, change.keys, self._commits)
        return self._commits
