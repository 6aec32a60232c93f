"""Copies that are still due, in a Worker's own files: ours and the peer call the table `outbox`."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

POLL: Final = 0.001  # seconds
LONGEST: Final = 600.0

_IS_THERE: Final = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'outbox'"


class Copies:
    """Of the Worker whose state is in this folder. One without an outbox has none that are due."""

    def __init__(self, state: Path) -> None:
        self._state = state

    def wait(self) -> None:
        """Until none is due. Raises SystemExit if that takes too long: it would be no figure."""
        deadline = time.monotonic() + LONGEST
        while any(map(_are_due, self._files())):
            if time.monotonic() > deadline:
                raise SystemExit("the copies were not written")
            time.sleep(POLL)

    def after(self, do: Callable[[], object]) -> Callable[[], None]:
        """The same, until the copies hold what it wrote."""

        def both() -> None:
            do()
            self.wait()

        return both

    def _files(self) -> list[Path]:
        found = (self._state / "v3" / "do").glob("*/*.sqlite")
        return [path for path in found if path.stem != "metadata"]


def _are_due(path: Path) -> bool:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as database:
        if not database.execute(_IS_THERE).fetchone():
            return False
        return database.execute("SELECT 1 FROM outbox LIMIT 1").fetchone() is not None
