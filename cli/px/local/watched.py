"""A settings file that `px dev` watches, whatever kind of file it is.

px polls its path: that also notices changes without a kernel event, such as another mount, a
link's new target, or a replaced folder.
"""

from __future__ import annotations

import stat
from functools import partial
from pathlib import Path

from px.local.changes import Changes
from px.project import private_files

Look = tuple[int, ...]


class Watched(Changes[Look]):
    """One file; if it is not a regular one, only a change of kind counts."""

    def __init__(self, path: Path) -> None:
        super().__init__(partial(_look, path))
        self.path = path

    @property
    def is_there(self) -> bool:
        """Whether anything has this path, even a named pipe or a broken link."""
        return self.path.is_symlink() or bool(_look(self.path))

    def check(self) -> None:
        """Raises Usage unless it is a regular file that no other user can have written."""
        private_files.check(self.path)


def _look(path: Path) -> Look:
    """The current version; () if there is none."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return ()
    except OSError as error:
        return (error.errno or 0,)
    if not stat.S_ISREG(status.st_mode):  # a pipe's times change with every write
        return (stat.S_IFMT(status.st_mode), status.st_dev, status.st_ino)
    times = (status.st_mtime_ns, status.st_ctime_ns)  # ctime for a changed mode
    return (*times, status.st_size, status.st_ino, status.st_dev)
