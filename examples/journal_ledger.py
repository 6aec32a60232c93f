"""A ledger in a file, to which each commit is appended as one line: a whole backend.

For one process, and for what fits into memory, where the rows are.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

from positronic.errors import StoreFailed
from positronic.ledger.memory import MemoryLedger
from positronic.names import Project
from positronic.ports import Ledger
from positronic.rows import Change, Changes, Delete, Expect, Kind, Put


class JournalLedger:
    """One project's Ledger: reads as one in memory does, and commits to the file first."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows = MemoryLedger()
        self.get, self.list, self.count = self._rows.get, self._rows.list, self._rows.count
        lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
        whole = [line for line in lines if line.endswith(b"\n")]  # the last may be cut short
        for line in whole:
            self._rows.commit([_read(*found) for found in json.loads(line)], {})
        self._size = sum(map(len, whole))

    def commit(self, changes: Changes, expect: Expect) -> int:
        self._rows.check(changes, expect)
        if changes:
            self._append(json.dumps([_write(change) for change in changes]).encode() + b"\n")
        return self._rows.commit(changes, {})

    def _append(self, line: bytes) -> None:
        try:
            with self._path.open("ab") as file:
                file.truncate(self._size)  # what a failed commit left
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            raise StoreFailed("the journal cannot be written") from None
        self._size += len(line)


def in_folder(folder: Path) -> Callable[[Project], Ledger]:
    """What a host needs: each project's ledger, in a file of its own."""
    return lambda project: JournalLedger(folder / f"{project}.journal")


def _write(change: Change) -> list[object]:
    rest = [change.text, change.keys] if isinstance(change, Put) else []
    return [change.kind.name, change.kind.indexes, change.id, *rest]


def _read(name: str, indexes: list[str], id_: str, text: str = "", keys: object = None) -> Change:
    kind = Kind(name, tuple(indexes))
    return Put(kind, id_, text, tuple(keys)) if isinstance(keys, list) else Delete(kind, id_)
