"""A ledger that passes every call on, for those that fail or count some of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from positronic.ports import Ledger
from positronic.rows import BY_ID, Changes, Expect, Key, Kind, Position, Row


class PassingLedger:
    """`note` is called with the name of each call, before it is passed on to `inner`."""

    def __init__(self, inner: Ledger) -> None:
        self.inner = inner

    def note(self, call: str) -> None:
        """What it raises is what the call raises."""

    def get(self, kind: Kind, ids: Collection[str]) -> Mapping[str, Row]:
        self.note("get")
        return self.inner.get(kind, ids)

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
        self.note("list")
        return self.inner.list(kind, index, after, limit, low=low, high=high)

    def count(
        self, kind: Kind, index: str = BY_ID, *, low: Key | None = None, high: Key | None = None
    ) -> int:
        self.note("count")
        return self.inner.count(kind, index, low=low, high=high)

    def commit(self, changes: Changes, expect: Expect) -> int:
        self.note("commit")
        return self.inner.commit(changes, expect)
