"""Every file of a folder, to compare it with what it was."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path


def contents(folder: Path, without: Collection[str] = (".px",)) -> dict[str, bytes]:
    """By its path in there; `without`: names directly in the folder, by default px's own."""
    found = {path.relative_to(folder): path for path in folder.rglob("*") if path.is_file()}
    return {
        str(name): path.read_bytes() for name, path in found.items() if name.parts[0] not in without
    }
