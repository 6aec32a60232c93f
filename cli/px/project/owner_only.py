"""Files that only their owner can read: with the right mode from the start, never partial."""

from __future__ import annotations

import fcntl
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from px.project import committed, private_files
from px.project.file_failures import about

OWNER_ONLY = 0o600
OWNER_RUNS = 0o700
_MOMENT = 0.05  # seconds


def make_folder(folder: Path) -> Path:
    """Creates the folder with mode 700, and corrects a wider mode.

    Raises Usage for a `.px` that others may have written to, or that came with a checkout.
    """
    committed.check_folder(folder)
    folder.mkdir(mode=OWNER_RUNS, parents=True, exist_ok=True)
    private_files.check_folder(folder)
    if folder.stat().st_mode & 0o777 != OWNER_RUNS:
        folder.chmod(OWNER_RUNS)
    return folder


def replace(path: Path, content: bytes, mode: int = OWNER_ONLY) -> None:
    """Writes the whole file or leaves the old one: temporary file, fsync, rename."""
    with about(path):
        temporary = _write_beside(path, content, mode)
        try:
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)


def create(path: Path, content: bytes) -> None:
    """Like `replace`, but raises FileExistsError instead of replacing an existing file."""
    with about(path):
        temporary = _write_beside(path, content, OWNER_ONLY)
        try:
            path.hardlink_to(temporary)
        finally:
            temporary.unlink()


@contextmanager
def locked(path: Path, *, wait: bool = True) -> Iterator[int]:
    """Holds the file's lock inside the context; the kernel releases it if the process dies.

    Raises BlockingIOError if `wait` is false and another process holds it.
    """
    make_folder(path.parent)
    # Python opens descriptors non-inheritable, so no child keeps the lock.
    # Not through a link, which could lead to a file that the lock's holder writes over.
    with about(path):
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, OWNER_ONLY)
    try:
        _take(lock, wait=wait)
        yield lock
    finally:
        os.close(lock)


def is_locked(path: Path) -> bool:
    """Whether a process holds the file's lock."""
    try:
        lock = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def _take(lock: int, *, wait: bool) -> None:
    """Tries twice, as `is_locked` holds a lock for a moment."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        time.sleep(0 if wait else _MOMENT)
        fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))


def _write_beside(path: Path, content: bytes, mode: int) -> Path:
    # mkstemp: O_EXCL and mode 600 from the start, so no other user can have it open.
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            os.fchmod(file.fileno(), mode)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        Path(name).unlink()  # a full disk must not leave part of a key behind
        raise
    return Path(name)
