"""Ledgers that work until they are told to fail."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from positronic.errors import StoreFailed
from positronic.ports import Ledger
from positronic.rows import BY_ID, Changes, Expect, Key, Kind, Position, Row


class FaultyLedger:
    """Passes on to `inner`; fails the calls that `failing_calls` names; `calls` has every one.

    `spare`: how many of the failing calls still go through.
    """

    def __init__(self, inner: Ledger, error: Exception | None = None, spare: int = 0) -> None:
        self.inner = inner
        self.error = error or StoreFailed("the ledger failed")
        self.failing_calls: set[str] = set()
        self.spare = spare
        self.calls: list[str] = []

    def get(self, kind: Kind, ids: Collection[str]) -> Mapping[str, Row]:
        self._note("get")
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
        self._note("list")
        return self.inner.list(kind, index, after, limit, low=low, high=high)

    def count(
        self, kind: Kind, index: str = BY_ID, *, low: Key | None = None, high: Key | None = None
    ) -> int:
        return self.inner.count(kind, index, low=low, high=high)

    def commit(self, changes: Changes, expect: Expect) -> None:
        self._note("commit")
        self.inner.commit(changes, expect)

    def _note(self, call: str) -> None:
        self.calls.append(call)
        if call in self.failing_calls:
            self.spare -= 1
            if self.spare < 0:
                raise self.error
