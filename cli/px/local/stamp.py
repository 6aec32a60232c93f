"""Remembers what something was built from, to rebuild it only when that changes."""

from __future__ import annotations

import hashlib
from pathlib import Path

from px.project import owner_only, private_files


def digest(*sources: bytes) -> str:
    """One hash over several sources, each with its length to keep them apart."""
    total = hashlib.sha256()
    for source in sources:
        total.update(len(source).to_bytes(8, "big"))
        total.update(source)
    return total.hexdigest()


def is_fresh(stamp: Path, sources: str) -> bool:
    """Whether the stamp is for these sources. Raises Usage for one that px may not have made."""
    try:
        return private_files.read(stamp).decode() == sources
    except (FileNotFoundError, UnicodeDecodeError):
        return False


def mark(stamp: Path, sources: str) -> None:
    """Writes the stamp; call it once the product is in place."""
    owner_only.replace(stamp, sources.encode())
