"""Finds the nearest file of a name, upwards from a folder, that no other user put there."""

from __future__ import annotations

import os
from collections.abc import Iterator, Set
from pathlib import Path
from typing import Final

# What makes a folder a project, in the order in which wrangler itself looks.
CONFIGS: Final = ("wrangler.json", "wrangler.jsonc", "wrangler.toml")


def find_config(folder: Path) -> Path | None:
    """The nearest of wrangler's configuration files, with the owners of `find_upwards`."""
    return next(_upwards(CONFIGS, folder, None), None)


def config_in(folder: Path) -> Path:
    """The one that wrangler would take in a folder of px's own; wrangler.toml if there is none."""
    found = (path for name in CONFIGS if (path := folder / name).is_file())
    return next(found, folder / CONFIGS[-1])


def find_upwards(name: str, folder: Path, owners: Set[int] | None = None) -> Path | None:
    """The nearest file of this name in the folder or above it, owned by `owners`.

    By default: this user, the system, and the folder's owner. Anyone else who may write to a
    folder above, such as /tmp, could otherwise redirect values to their own server.
    """
    return next(_upwards((name,), folder, owners), None)


def _upwards(names: tuple[str, ...], folder: Path, owners: Set[int] | None) -> Iterator[Path]:
    here = folder.absolute()
    if owners is None:
        # Windows reports no owners: all are 0.
        own = os.geteuid() if hasattr(os, "geteuid") else 0
        owners = {own, 0, here.stat().st_uid}
    for parent in (here, *here.parents):
        for path in (parent / name for name in names):
            if path.is_file() and _owners(path) <= owners:
                yield path


def _owners(path: Path) -> Set[int]:
    """The owners of the file and of a link to it."""
    return {path.lstat().st_uid, path.stat().st_uid}
