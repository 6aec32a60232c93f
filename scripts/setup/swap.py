"""A folder built next to the old one, which stays unchanged until the new one is complete."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

READY: Final = ".ready"  # make compares its time with the lock's


@contextmanager
def beside(target: Path) -> Iterator[Path]:
    """A path for the new folder; on success it replaces the target, marked as ready.

    One at a time. It removes what an interrupted set-up left, and restores an old folder that was
    moved aside.
    """
    new, old = (target.with_name(f"{target.name}-{which}") for which in ("new", "old"))
    with _alone(target.parent):
        if old.exists() and not target.exists():
            old.rename(target)
        _remove(new, old)
        try:
            yield new
            (new / READY).touch()
            _exchange(target, new, old)
        finally:
            _remove(new, old)


def _exchange(target: Path, new: Path, old: Path) -> None:
    if target.is_symlink():
        target.unlink()
    elif target.exists():
        target.rename(old)
    try:
        new.rename(target)
    except BaseException:
        if old.exists():
            old.rename(target)
        raise


def _remove(*folders: Path) -> None:
    for folder in folders:
        if folder.exists():
            shutil.rmtree(folder)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
