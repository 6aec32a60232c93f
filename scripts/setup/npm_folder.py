"""`node_modules/` with exactly what package-lock.json pins, built next to the one in use."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from px.tools import npm
from scripts.setup.swap import beside

_FILES: Final = ("package.json", "package-lock.json", ".npmrc")


def make_node_modules(program: Path, folder: Path) -> None:
    """Installs only what the lock pins; raises LocalError and keeps the old folder."""
    with beside(folder / "node_modules") as fresh:
        place = fresh.with_name("node_modules-set-up")
        shutil.rmtree(place, ignore_errors=True)
        try:
            place.mkdir()
            for name in _FILES:
                if (folder / name).exists():
                    shutil.copy(folder / name, place)
            npm.install([program], place, lambda: None)
            (place / "node_modules").rename(fresh)
        finally:
            shutil.rmtree(place, ignore_errors=True)
