"""px's cache of wheels, which all projects of this user share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from px.project import owner_only
from px.tools.place import cache_folder


@contextmanager
def alone() -> Iterator[Path]:
    """The folder, which may not be there yet, for one px at a time."""
    folder = cache_folder() / "wheels"
    with owner_only.locked(folder.with_suffix(".lock")):
        yield folder
