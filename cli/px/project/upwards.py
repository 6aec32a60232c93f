"""The nearest file of a name, from a folder upwards, that nobody else can have put there."""

from __future__ import annotations

import os
from collections.abc import Set
from pathlib import Path
from typing import Final

PROJECT_MARK: Final = "wrangler.toml"


def find_upwards(name: str, folder: Path, owners: Set[int] | None = None) -> Path | None:
    """The nearest file of this name in the folder or above it, of `owners` alone.

    Theirs, unless it is said: this user's, the system's, and whose folder this is. Whoever else
    may write to a folder above, such as /tmp, could draw values to a server of his own.
    """
    here = folder.absolute()
    if owners is None:
        # Windows tells no owners: there all are 0.
        own = os.geteuid() if hasattr(os, "geteuid") else 0
        owners = {own, 0, here.stat().st_uid}
    found = (parent / name for parent in (here, *here.parents))
    return next((path for path in found if path.is_file() and _owners(path) <= owners), None)


def _owners(path: Path) -> Set[int]:
    """Of the file, and of the link that leads to it."""
    return {path.lstat().st_uid, path.stat().st_uid}
