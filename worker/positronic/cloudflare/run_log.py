"""The RunLog of a Durable Object: one run in its own SQLite, so that it survives a restart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from positronic.errors import StoreFailed
from positronic.runs import record
from positronic.runs.record import KeptEvent, RunRecord

_IS_THERE = "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'run'"

Run = Callable[..., Sequence[Sequence[Any]]]  # a statement and its values: its rows


class RunLogFailed(Exception):
    """Not told to callers, as a StoreFailed is: it is in the operator's log."""


class SqlRunLog:
    """Creates its tables on the first write, so that a missing run leaves nothing behind.

    `wake`: somebody has to look at the run later; called in the block of the first write.
    """

    def __init__(self, run: Run, wake: Callable[[], None] = lambda: None) -> None:
        self._statement = run
        self._wake = wake
        self._is_there = bool(self._run(_IS_THERE))

    def load(self) -> RunRecord | None:
        if not self._is_there:
            return None
        rows = self._run("SELECT record FROM run")
        return record.decode(rows[0][0]) if rows else None

    def save(self, found: RunRecord) -> None:
        self._make()
        self._run("INSERT OR REPLACE INTO run VALUES (1, ?)", record.encode(found))

    def put(self, event: KeptEvent) -> None:
        self._make()
        self._run("INSERT OR REPLACE INTO events VALUES (?, ?)", event.number, event.text)

    def events(self, after: int, limit: int) -> Sequence[KeptEvent]:
        if not self._is_there:
            return []
        query = "SELECT number, event FROM events WHERE number > ? ORDER BY number LIMIT ?"
        return [KeptEvent(*row) for row in self._run(query, after, limit)]

    def _run(self, query: str, *values: str | int) -> Sequence[Sequence[Any]]:
        try:
            return self._statement(query, *values)
        except StoreFailed:
            raise RunLogFailed("the run's database failed") from None

    def _make(self) -> None:
        if not self._is_there:
            self._run("CREATE TABLE IF NOT EXISTS run (one INTEGER PRIMARY KEY, record TEXT)")
            self._run("CREATE TABLE IF NOT EXISTS events (number INTEGER PRIMARY KEY, event TEXT)")
            self._is_there = True
            self._wake()
