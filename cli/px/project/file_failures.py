"""Why the system refused an operation on a file, in a sentence that names the file."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from px.errors import PxError

_FULL: Final = "free some space and run it again; existing files are intact"
_RIGHTS: Final = "run px as the owner of this folder, not in somebody else's checkout"
_HINTS: Final = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: "raise the file size limit: ulimit -f",
    errno.EROFS: "px keeps its own files in the project's folder: use a writable checkout",
    errno.EACCES: _RIGHTS,
    errno.EPERM: _RIGHTS,
    errno.EMFILE: "raise the limit on open files: ulimit -n",
    errno.ENFILE: "close files: the whole system has too many open",
    errno.EEXIST: "a file that is not a folder has that name: move it away",
    errno.ENOTDIR: "part of its path is not a folder: move that away",
    errno.ELOOP: "it is a link to itself: remove it",
    errno.ENAMETOOLONG: "use a folder with a shorter path",
}


def file_failed(error: OSError) -> PxError:
    """`error` must name a file that px chose, as an argument may be a value."""
    return PxError(
        f"px cannot use {_name(error)}: {reason(error)}",
        code="file_failed",
        hint=_HINTS.get(error.errno or 0, ""),
    )


def reason(error: OSError) -> str:
    """The system's words, such as `no space left on device`."""
    return (error.strerror or "it failed").lower()


@contextmanager
def about(path: Path) -> Iterator[None]:
    """Attributes any failure inside to the file, even one with no name or a temporary one."""
    try:
        yield
    except OSError as error:
        if error.errno is None:
            raise
        raise OSError(error.errno, os.strerror(error.errno), str(path)) from None


def _name(error: OSError) -> str:
    from px.terminal import printable

    name = error.filename
    return printable(os.fsdecode(name)) if isinstance(name, str | bytes | os.PathLike) else "a file"
