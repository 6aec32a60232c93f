"""Finds the nearest file of a name, upwards from a folder, that no other user put there."""

from __future__ import annotations

import os
from collections.abc import Set
from pathlib import Path
from typing import Final

PROJECT_MARK: Final = "wrangler.toml"


def find_upwards(name: str, folder: Path, owners: Set[int] | None = None) -> Path | None:
    """The nearest file of this name in the folder or above it, owned by `owners`.

    By default: this user, the system, and the folder's owner. Anyone else who may write to a
    folder above, such as /tmp, could otherwise redirect values to their own server.
    """
    here = folder.absolute()
    if owners is None:
        # Windows reports no owners: all are 0.
        own = os.geteuid() if hasattr(os, "geteuid") else 0
        owners = {own, 0, here.stat().st_uid}
    found = (parent / name for parent in (here, *here.parents))
    return next((path for path in found if path.is_file() and _owners(path) <= owners), None)


def _owners(path: Path) -> Set[int]:
    """The owners of the file and of a link to it."""
    return {path.lstat().st_uid, path.stat().st_uid}
