"""The RunLog of a Durable Object: one run in its own SQLite, so that it survives a restart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from positronic.runs import record
from positronic.runs.record import KeptEvent, RunRecord

_IS_THERE = "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'run'"


class Sql(Protocol):
    """The part of a Durable Object's `storage.sql` that is used."""

    def exec(self, query: str, *parameters: object) -> Any: ...


class SqlRunLog:
    """Creates its tables on the first write, so that a missing run leaves nothing behind.

    `wake`: somebody has to look at the run later; called in the block of the first write.
    """

    def __init__(self, sql: Sql, wake: Callable[[], None] = lambda: None) -> None:
        self._sql = sql
        self._wake = wake
        self._is_there = bool(sql.exec(_IS_THERE).toArray())

    def load(self) -> RunRecord | None:
        if not self._is_there:
            return None
        rows = self._sql.exec("SELECT record FROM run").toArray()
        return record.decode(rows[0]["record"]) if rows else None

    def save(self, found: RunRecord) -> None:
        self._make()
        self._sql.exec("INSERT OR REPLACE INTO run VALUES (1, ?)", record.encode(found))

    def put(self, event: KeptEvent) -> None:
        self._make()
        self._sql.exec("INSERT OR REPLACE INTO events VALUES (?, ?)", event.number, event.text)

    def events(self, after: int, limit: int) -> Sequence[KeptEvent]:
        if not self._is_there:
            return []
        query = "SELECT number, event FROM events WHERE number > ? ORDER BY number LIMIT ?"
        rows = self._sql.exec(query, after, limit).toArray()
        return [KeptEvent(row["number"], row["event"]) for row in rows]

    def _make(self) -> None:
        if not self._is_there:
            self._sql.exec("CREATE TABLE IF NOT EXISTS run (one INTEGER PRIMARY KEY, record TEXT)")
            self._sql.exec(
                "CREATE TABLE IF NOT EXISTS events (number INTEGER PRIMARY KEY, event TEXT)"
            )
            self._is_there = True
            self._wake()
