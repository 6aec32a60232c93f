"""The Database of CPython: one file, which several processes may share."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any, Final

from positronic.errors import Busy, StoreFailed
from positronic.ledger.database import Look, Statement
from positronic.rows import Key

BUSY_SECONDS: Final = 5.0  # to wait for another process that is writing

_SIZE: Final = (
    "SELECT (page_count - freelist_count) * page_size"
    " FROM pragma_page_count, pragma_freelist_count, pragma_page_size"
)

_LOCKED: Final = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)

MEMORY: Final = ":memory:"  # a database that is gone when it is closed


class SqliteFile:
    """Used by one thread at a time. What is deleted is overwritten.

    `wait`: seconds for another process that is writing; then Busy is raised.
    """

    def __init__(self, path: str = MEMORY, wait: float = BUSY_SECONDS) -> None:
        self._connection = sqlite3.connect(
            path, timeout=wait, isolation_level=None, check_same_thread=False
        )
        self.run("PRAGMA secure_delete = ON")

    def run(self, query: str, *values: Key | None) -> Sequence[Sequence[Any]]:
        try:
            return self._connection.execute(query, values).fetchall()
        except sqlite3.Error as error:
            is_locked = getattr(error, "sqlite_errorcode", None) in _LOCKED
        # Outside of the handler: the original's text may hold what was stored.
        if is_locked:
            raise Busy("another program has locked the database", headers={"Retry-After": "1"})
        raise StoreFailed("the database failed")

    def commit(self, looks: Sequence[Look], statements: Sequence[Statement]) -> bool:
        # IMMEDIATE: what is looked at is not changed by another process before this writes.
        self.run("BEGIN IMMEDIATE" if statements else "BEGIN")
        try:
            if any(self.run(query, *of) != [tuple(answer)] for query, of, answer in looks):
                return False
            for query, values in statements:
                self.run(query, *values)
            self.run("COMMIT")
            return True
        finally:
            if self._connection.in_transaction:
                self._connection.rollback()

    def size(self) -> int:
        return int(self.run(_SIZE)[0][0])

    def close(self) -> None:
        self._connection.close()
