"""A host's ledgers: a SQLite file for each project, in the data folder.

Each commit is on the disk when it returns: SQLite's rollback journal, with `synchronous = EXTRA`,
which also syncs the folder after the journal is gone. Without that a power cut could undo the
newest commit.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from weakref import WeakValueDictionary, finalize

from positronic.errors import StoreFailed
from positronic.ledger.database import Look, Statement
from positronic.ledger.project_rows import DIRECTORY
from positronic.ledger.sqlite import SqliteLedger
from positronic.ledger.sqlite_file import MEMORY, SqliteFile
from positronic.names import PROJECT, Project
from positronic.rows import Key

SUFFIX: Final = ".sqlite"
AT_MOST: Final = 64  # that stay open; each has a file or two
# Nobody else writes to these files. While a program has one locked, all other requests would wait.
WAIT: Final = 0.1  # seconds


class FileOnceWritten:
    """A Database whose file is made by its first commit: a look leaves nothing behind."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = _opened(path) if path.exists() else SqliteFile(MEMORY)
        self._is_there = path.exists()

    def run(self, query: str, *values: Key | None) -> Sequence[Sequence[Any]]:
        return self._file.run(query, *values)

    def commit(self, looks: Sequence[Look], statements: Sequence[Statement]) -> bool:
        if not self._is_there:
            self._file.close()
            self._file, self._is_there = _opened(self._path), True
        return self._file.commit(looks, statements)

    def size(self) -> int:
        return self._file.size()

    def close(self) -> None:
        self._file.close()


@dataclass(frozen=True, slots=True)
class LedgerFiles:
    """Opens a project's ledger: the same one for everybody, as long as anybody uses it."""

    folder: Path
    _open: WeakValueDictionary[Project, SqliteLedger] = field(default_factory=WeakValueDictionary)

    def __call__(self, project: Project) -> SqliteLedger:
        found = self._open.get(project)
        if found is None:
            database = FileOnceWritten(self.folder / f"{project}{SUFFIX}")
            found = self._open[project] = SqliteLedger(database, os.urandom)
            finalize(found, database.close)
        return found

    def projects(self) -> Iterator[Project]:
        """Those that have a ledger here, and the directory of all of them."""
        for path in sorted(self.folder.glob(f"*{SUFFIX}")):
            name = path.name.removesuffix(SUFFIX)
            if name == DIRECTORY or PROJECT.fullmatch(name):
                yield Project(name)


def _opened(path: Path) -> SqliteFile:
    """Raises StoreFailed."""
    if path.exists() and not path.is_file():  # a pipe that somebody has put there
        raise StoreFailed("the ledger is not a regular file")
    try:
        file = SqliteFile(str(path), WAIT)
    except sqlite3.Error:
        raise StoreFailed("the ledger's file cannot be opened") from None
    file.run("PRAGMA synchronous = EXTRA")
    return file
