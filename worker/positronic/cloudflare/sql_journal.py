"""The Journal of a Durable Object, in its SQLite, so that it survives moves of the object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from positronic.journal import KEPT
from positronic.ports import Clock


class Sql(Protocol):
    """The part of a Durable Object's `storage.sql` that we use."""

    def exec(self, query: str, *parameters: object) -> Any: ...


class SqlJournal:
    """One row per key."""

    def __init__(self, sql: Sql, clock: Clock) -> None:
        self._sql = sql
        self._clock = clock
        sql.exec(
            "CREATE TABLE IF NOT EXISTS changes"
            " (key TEXT PRIMARY KEY, version INTEGER NOT NULL, at INTEGER NOT NULL)"
        )

    def note(self, versions: Mapping[str, int]) -> None:
        now = self._clock()
        self._sql.exec("DELETE FROM changes WHERE at <= ?", now - KEPT)
        for key, version in versions.items():
            self._sql.exec("INSERT OR REPLACE INTO changes VALUES (?, ?, ?)", key, version, now)

    def last(self, key: str) -> int | None:
        query = "SELECT version FROM changes WHERE key = ? AND at > ?"
        rows = self._sql.exec(query, key, self._clock() - KEPT).toArray()
        return rows[0]["version"] if rows else None

    def recent(self) -> Mapping[str, int]:
        query = "SELECT key, version FROM changes WHERE at > ?"
        rows = self._sql.exec(query, self._clock() - KEPT).toArray()
        return {row["key"]: row["version"] for row in rows}
