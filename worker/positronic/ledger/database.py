"""One SQLite, as a ledger uses it: a Durable Object's own, or CPython's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias

from positronic.rows import Key

# A query, and the value of each of its marks.
Statement: TypeAlias = tuple[str, Sequence[Key | None]]
# The same, and the one row that it has to answer with.
Look: TypeAlias = tuple[str, Sequence[Key], Sequence[int | None]]


class Database(Protocol):
    """Raises StoreFailed."""

    def run(self, query: str, *values: Key | None) -> Sequence[Sequence[Any]]:
        """One statement, and the rows that it answers with."""
        ...

    def commit(self, looks: Sequence[Look], statements: Sequence[Statement]) -> bool:
        """All of the statements or none, in one transaction. False, and nothing is done, if a look
        is answered otherwise.
        """
        ...

    def size(self) -> int:
        """Bytes, without those of what was deleted."""
        ...
