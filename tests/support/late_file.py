"""A SQLite file to which another process writes at the worst moments."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from positronic.ledger.database import Look, Statement
from positronic.ledger.sqlite_file import SqliteFile


class LateFile(SqliteFile):
    """Before and after each commit, the other process does the next of these things."""

    before: Iterator[Callable[[], object]] = iter(())
    after: Iterator[Callable[[], object]] = iter(())

    def commit(self, looks: Sequence[Look], statements: Sequence[Statement]) -> bool:
        next(self.before, int)()
        was_made = super().commit(looks, statements)
        next(self.after, int)()
        return was_made
