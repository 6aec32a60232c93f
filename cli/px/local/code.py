"""The Worker's code on disk, and whether it is another than the one that was started."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import partial
from pathlib import Path

from px.local.changes import Changes

Look = dict[str, tuple[int, int]]


class Code(Changes[Look]):
    """The Python files of a folder, as they are now."""

    def __init__(self, folder: Path) -> None:
        super().__init__(partial(_look, folder))


def _look(root: Path) -> Look:
    found: Look = {}
    for folder, _, names in os.walk(root):  # not rglob: a folder may go meanwhile
        for path in (Path(folder, name) for name in names if name.endswith(".py")):
            with suppress(OSError):  # gone, or a link that leads nowhere
                status = path.stat()
                found[str(path)] = (status.st_mtime_ns, status.st_size)
    return found
