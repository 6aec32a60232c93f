"""The Worker's code on disk, and whether it is another than the one that was started."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

Look = dict[str, tuple[int, int]]


class Code:
    """The Python files of a folder, as they are now."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._started = self._seen = self._look()

    def changed(self) -> bool:
        """True once for each change, when two looks in turn have found the same."""
        before, self._seen = self._seen, self._look()
        if self._seen != before or self._seen == self._started:
            return False
        self._started = self._seen
        return True

    def _look(self) -> Look:
        found: Look = {}
        for folder, _, names in os.walk(self._folder):  # not rglob: a folder may go meanwhile
            for path in (Path(folder, name) for name in names if name.endswith(".py")):
                with suppress(FileNotFoundError):
                    status = path.stat()
                    found[str(path)] = (status.st_mtime_ns, status.st_size)
        return found
