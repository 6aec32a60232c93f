"""A settings file of the project that `px dev` watches, whatever stands in its place.

It is looked at by its path, again and again: that notices what no event of the kernel tells, as
another mount, a link's new target, or a folder that was replaced.
"""

from __future__ import annotations

import stat
from functools import partial
from pathlib import Path

from px.local.changes import Changes
from px.project import private_files

Look = tuple[int, ...]


class Watched(Changes[Look]):
    """One file; what is no regular file changes only when it becomes something else."""

    def __init__(self, path: Path) -> None:
        super().__init__(partial(_look, path))
        self.path = path

    @property
    def is_there(self) -> bool:
        """Whether anything is, a named pipe or a broken link too."""
        return self.path.is_symlink() or bool(_look(self.path))

    def check(self) -> None:
        """Raises Usage unless it is a regular file that nobody else can have made."""
        private_files.check(self.path)


def _look(path: Path) -> Look:
    """Which version is there; () for none."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return ()
    except OSError as error:
        return (error.errno or 0,)
    if not stat.S_ISREG(status.st_mode):  # a pipe's times change whenever it is written to
        return (stat.S_IFMT(status.st_mode), status.st_dev, status.st_ino)
    times = (status.st_mtime_ns, status.st_ctime_ns)  # the latter for a mode that changed
    return (*times, status.st_size, status.st_ino, status.st_dev)
