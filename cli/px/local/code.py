"""The Worker's code on disk, to see whether it changed after the start."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import partial
from pathlib import Path

from px.local.changes import Changes

Look = dict[str, tuple[int, int]]


class Code(Changes[Look]):
    """The current source files of a folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(partial(_look, folder))


def _look(root: Path) -> Look:
    found: Look = {}
    for folder, _, names in os.walk(root):  # not rglob: a folder may disappear in the meantime
        for path in (Path(folder, name) for name in names if name.endswith((".py", ".mjs"))):
            with suppress(OSError):  # gone, or a broken link
                status = path.stat()
                found[str(path)] = (status.st_mtime_ns, status.st_size)
    return found
