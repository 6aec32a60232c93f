"""A Worker's code on disk, to see whether it changed after the start."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

from px.local.changes import Changes

Look = dict[str, tuple[int, int]]

_NO_CODE: Final = {"node_modules", "python_modules", "__pycache__"}  # nor what is hidden


class Code(Changes[Look]):
    """The current source files of a folder: those with one of these endings."""

    def __init__(self, folder: Path, *, endings: str | tuple[str, ...] = (".py", ".mjs")) -> None:
        super().__init__(partial(_look, folder, endings))


def _look(root: Path, endings: str | tuple[str, ...]) -> Look:
    found: Look = {}
    for folder, folders, names in os.walk(root):  # not rglob: a folder may disappear meanwhile
        folders[:] = [name for name in folders if name not in _NO_CODE and name[0] != "."]
        seen = (name for name in names if name.endswith(endings) and name[0] != ".")
        for path in (Path(folder, name) for name in seen):
            with suppress(OSError):  # gone, or a broken link
                status = path.stat()
                found[str(path)] = (status.st_mtime_ns, status.st_size)
    return found
