"""Reads and writes a project's ledger where it lies on disk, beside a running Worker.

`v3/do/positronic-secrets-ProjectLedger/<hash>.sqlite` is one object's SQLite.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from positronic.ledger.text_keys import decrypt, key_of
from support.waiting import wait_until
from worker.kv_files import WAIT

SHREDDED = "version"  # the kind whose texts are encrypted

_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table'"
_OWNER = "SELECT text FROM setting WHERE id = 'owner'"


@dataclass(frozen=True, slots=True)
class LedgerFiles:
    """The ledgers under a wrangler state folder."""

    state: Path

    def wait_for_copies(self, project: str) -> None:
        """Until KV has everything that the project's ledger has."""
        wait_until(lambda: not self.rows(project, "outbox"), f"the copies of {project}")

    def made(self) -> set[str]:
        """The files that have a table of ours."""
        found = set()
        for path in self._files():
            with _database(path) as database:
                if {name for name in _tables(database) if not name.startswith("_cf_")}:
                    found.add(path.name)
        return found

    def rows(self, project: str, kind: str) -> dict[str, str]:
        """The texts of one kind of row, by id."""
        if (path := self._path(project)) is None:
            return {}
        with _database(path) as database:
            if kind not in _tables(database):
                return {}
            if kind != SHREDDED:
                return dict(database.execute(f"SELECT id, text FROM {kind}").fetchall())  # noqa: S608
            query = f"SELECT id, text, {key_of(kind)} FROM {kind}"  # noqa: S608
            return {id_: decrypt(key, text) for id_, text, key in database.execute(query)}

    def text_keys(self, project: str) -> dict[str, str]:
        """What each version is encrypted under, by the version's id."""
        with _database(self.path(project)) as database:
            query = f"SELECT id, key FROM {SHREDDED} JOIN text_keys USING (slot)"  # noqa: S608
            return dict(database.execute(query).fetchall())

    def all_rows(self, project: str) -> dict[str, list[tuple[object, ...]]]:
        """Every row of every table of ours."""
        path = self._path(project)
        assert path is not None, f"{project} has no ledger yet"
        with _database(path) as database:
            ours = sorted(name for name in _tables(database) if not name.startswith("_cf_"))
            query = "SELECT * FROM {}"
            return {name: database.execute(query.format(name)).fetchall() for name in ours}

    def write(self, project: str, kind: str, id_: str, text: str, *keys: object) -> None:
        """Put a row there, as somebody with access to the object's storage could.

        When the object is done with its own writing, for one of two writers would fail.
        """
        self.wait_for_copies(project)
        path = self._path(project)
        assert path is not None, f"{project} has no ledger yet"
        with _database(path) as database:
            columns = len(database.execute(f"PRAGMA table_info({kind})").fetchall())
            # Indexes that the row is not in; without the slot of a key, its text is read as it is.
            missing = [None] * (columns - len(keys) - 3)
            values = (id_, 1_000_000, *keys, *missing, text)
            marks = ", ".join("?" * columns)
            database.execute(f"INSERT OR REPLACE INTO {kind} VALUES ({marks})", values)  # noqa: S608

    def forget(self, project: str, kind: str, beginning: str) -> None:
        """Remove the rows whose ids begin so."""
        path = self._path(project)
        assert path is not None, f"{project} has no ledger yet"
        query = f"DELETE FROM {kind} WHERE substr(id, 1, ?) = ?"  # noqa: S608
        with _database(path) as database:
            database.execute(query, (len(beginning), beginning))

    def path(self, project: str) -> Path:
        path = self._path(project)
        assert path is not None, f"{project} has no ledger yet"
        return path

    def lose(self, project: str) -> None:
        """As if its object had never been; no Worker runs."""
        path = self._path(project)
        assert path is not None, f"{project} has no ledger yet"
        for one in path.parent.glob(f"{path.stem}*"):
            one.unlink()

    def _path(self, project: str) -> Path | None:
        return next((path for path in self._files() if _owner(path) == project), None)

    def _files(self) -> list[Path]:
        folder = self.state / "v3" / "do" / "positronic-secrets-ProjectLedger"
        return [path for path in folder.glob("*.sqlite") if path.stem != "metadata"]


def _owner(path: Path) -> str:
    """Whose ledger it is; the directory's has no owner."""
    with _database(path) as database:
        tables = _tables(database)
        if "project" in tables:
            return ".projects"
        if "setting" not in tables:
            return ""
        row = database.execute(_OWNER).fetchone()
    return str(json.loads(row[0])["project"]) if row else ""


def _tables(database: sqlite3.Connection) -> set[str]:
    return {name for (name,) in database.execute(_TABLES).fetchall()}


@contextmanager
def _database(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, timeout=WAIT)) as database, database:
        yield database
