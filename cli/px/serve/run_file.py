"""A host's runs in one SQLite file, so that their events outlive the process.

What was stored before it was known to hold a value is overwritten, and leaves the write-ahead log
when the run ends at the latest; after a `kill -9`, at the next start.
"""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from positronic.errors import PositronicError
from positronic.http.request import Response
from positronic.ledger.sqlite_file import SqliteFile
from positronic.names import Project
from positronic.ports import Clock, RandomBytes
from positronic.runs import record
from positronic.runs.directory import Kept, RunWork
from positronic.runs.record import KeptEvent, RunRecord, new_id
from positronic.runs.run import Run
from px.errors import Usage
from px.serve.ledgers import WAIT

FILE: Final = "runs.sqlite"
MOST: Final = 1000  # ended runs that are kept
GIVEN_BACK: Final = 2000  # pages at once: it takes a moment, for which all requests wait
LARGEST: Final = 256 * 1024**2  # bytes of their events

_TABLES: Final = (
    "CREATE TABLE IF NOT EXISTS runs (id TEXT PRIMARY KEY, record TEXT, ended INTEGER)",
    "CREATE INDEX IF NOT EXISTS runs_ended ON runs (ended)",
    "CREATE TABLE IF NOT EXISTS events (run TEXT, number INTEGER, event TEXT,"
    " PRIMARY KEY (run, number)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS sizes (run TEXT PRIMARY KEY, bytes INTEGER) WITHOUT ROWID",
)
# Of an ended run, once; a sum over all events would read the whole file.
_MEASURE: Final = (
    "INSERT OR REPLACE INTO sizes SELECT id, (SELECT COALESCE(SUM(LENGTH(CAST(event AS BLOB))), 0)"
    " FROM events WHERE run = id) FROM runs WHERE ended IS NOT NULL AND"
)
_ONE: Final = " id = ?"
_ALL: Final = " id NOT IN (SELECT run FROM sizes)"
_BEGINNING: Final = (
    "PRAGMA auto_vacuum = INCREMENTAL",  # of a new file; first, or it would not count
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    *_TABLES,
    _MEASURE + _ALL,
)


def _nothing() -> None:
    return


class FileRunLog:
    """One run's. `key`: the project and the id, so that none is found in another project.

    `ended` is called when the run's end is stored.
    """

    def __init__(self, file: SqliteFile, key: str, ended: Callable[[], None] = _nothing) -> None:
        self._file = file
        self._key = key
        self._ended = ended

    def load(self) -> RunRecord | None:
        rows = self._file.run("SELECT record FROM runs WHERE id = ?", self._key)
        return record.decode(rows[0][0]) if rows else None

    def save(self, found: RunRecord) -> None:
        query = "INSERT OR REPLACE INTO runs VALUES (?, ?, ?)"
        self._file.run(query, self._key, record.encode(found), found.completed_at)
        if found.completed_at is not None:
            self._file.run(_MEASURE + _ONE, self._key)
            self._ended()
            self._file.run("PRAGMA wal_checkpoint(TRUNCATE)")

    def put(self, event: KeptEvent) -> None:
        query = "INSERT OR REPLACE INTO events VALUES (?, ?, ?)"
        self._file.run(query, self._key, event.number, event.text)

    def events(self, after: int, limit: int) -> Sequence[KeptEvent]:
        query = (
            "SELECT number, event FROM events WHERE run = ? AND number > ? ORDER BY number LIMIT ?"
        )
        rows = self._file.run(query, self._key, after, limit)
        return [KeptEvent(number, text) for number, text in rows]


class RunFile:
    """A RunDirectory. A run that goes on is in memory too, and is the same for all who ask."""

    def __init__(self, path: Path, clock: Clock, random: RandomBytes) -> None:
        """Raises Usage."""
        self._clock = clock
        self._random = random
        self._live: dict[str, Run] = {}
        self._asked: Counter[str] = Counter()
        try:
            self._file = SqliteFile(str(path), WAIT)
            for query in _BEGINNING:
                self._file.run(query)
        except (PositronicError, sqlite3.Error):
            raise Usage(
                f"{path.name} in the data folder cannot be used; nothing was started",
                hint="if another program has it open, end that one; or move the file away: "
                "it has the events of brains' runs, and nothing else",
            ) from None

    def end_all(self) -> Mapping[str, RunRecord]:
        """At the start, before the first request: those that nobody continues, by their ids."""
        found: dict[str, RunRecord] = {}
        for key, text in self._file.run("SELECT id, record FROM runs WHERE ended IS NULL"):
            with suppress(ValueError, TypeError, LookupError, RecursionError):
                known = record.decode(text)
                if known.is_started:
                    found[known.id] = self._run(key).event_log.record
                    continue
            self._forget([key])  # also what cannot be read
        return found

    def trim(self, before: int) -> None:
        """Those that ended before that time are gone, and what there is no room for."""
        old = self._file.run("SELECT id FROM runs WHERE ended < ?", before)
        self._forget([key for (key,) in old])
        self._make_room()
        self._give_back()
        self._file.run("PRAGMA wal_checkpoint(TRUNCATE)")

    def _give_back(self) -> None:
        """Unused pages, to the disk. Python takes one step of this pragma, which is one page."""
        [(unused,)] = self._file.run("PRAGMA freelist_count")
        self._file.commit((), [("PRAGMA incremental_vacuum", ())] * min(unused, GIVEN_BACK))

    def _make_room(self) -> None:
        """All but the newest that ended are gone; the oldest first of the project with most bytes.

        The very newest stays: it may be about to be changed.
        """
        [(count, size)] = self._file.run("SELECT COUNT(*), COALESCE(SUM(bytes), 0) FROM sizes")
        if count <= MOST and size <= LARGEST:
            return
        query = "SELECT id, bytes FROM runs JOIN sizes ON run = id ORDER BY ended DESC, id"
        runs = [(key, size) for key, size in self._file.run(query)]
        self._forget([key for key, _ in runs[MOST:]])
        too_much = sum(size for _, size in runs[:MOST]) - LARGEST
        of, sizes = defaultdict[str, list[tuple[str, int]]](list), Counter[str]()
        for key, size in runs[1:MOST]:
            project = key.partition("/")[0]
            of[project].append((key, size))
            sizes[project] += size
        while too_much > 0 and +sizes:
            [(project, _)] = sizes.most_common(1)
            key, size = of[project].pop()
            self._forget([key])
            sizes[project] -= size
            too_much -= size

    def _ended(self) -> None:
        with suppress(PositronicError):  # the run has ended all the same; the next one tries again
            self._make_room()

    async def at(self, project: Project, run_id: str | None, work: RunWork) -> Response:
        key = _key(project, run_id or new_id(self._random))
        run = self._live[key] = self._run(key)
        self._asked[key] += 1
        try:
            return await work(run)
        finally:
            self._asked[key] -= 1
            self._let_go()

    async def kept(self, project: Project, run_id: str, after: int) -> Kept | None:
        return self._run(_key(project, run_id)).kept(after)

    def close(self) -> None:
        self._file.close()

    def _run(self, key: str) -> Run:
        found = self._live.get(key)
        return found or Run(
            key.partition("/")[2], FileRunLog(self._file, key, self._ended), self._clock
        )

    def _let_go(self) -> None:
        """What goes on stays in memory, and whom somebody asks."""
        self._asked = +self._asked
        for key, run in [*self._live.items()]:
            log = run.event_log
            if log.is_running or self._asked[key]:
                continue
            del self._live[key]
            if log.is_kept and not log.is_there and log.record.is_told:  # it never started
                self._forget([key])

    def _forget(self, keys: Sequence[str]) -> None:
        for key in keys:
            self._file.run("DELETE FROM events WHERE run = ?", key)
            self._file.run("DELETE FROM sizes WHERE run = ?", key)
            self._file.run("DELETE FROM runs WHERE id = ?", key)


def _key(project: Project, run_id: str) -> str:
    return f"{project}/{run_id}"
