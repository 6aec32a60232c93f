"""The library and px, built from this checkout: the same source gives the same bytes.

Each is built in a folder of its own, of its own files alone, so that nothing else in the
checkout can get into it, and so that its sdist builds without the checkout.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from px.library import REQUIREMENTS
from px.library.own_wheel import PINS

# Where px carries the library: see px.library.
CARRIED: Final = Path("px") / "library"
_TIME: Final = "SOURCE_DATE_EPOCH"
_LEFT_OUT: Final = shutil.ignore_patterns("__pycache__", "*.pyc")


def make(root: Path, folder: Path) -> list[Path]:
    """Builds both into the folder, in place of older ones; an sdist and a wheel of each."""
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("positronic_secrets*-*"):
        old.unlink()
    with tempfile.TemporaryDirectory() as scratch:
        library = _library_tree(root, Path(scratch) / "library")
        sdist, wheel = _build(library, folder)
        tree = _px_tree(root, Path(scratch) / "px", wheel)
        return [sdist, wheel, *_build(tree, folder)]


def _library_tree(root: Path, tree: Path) -> Path:
    shutil.copytree(root / "worker" / "positronic", tree / "positronic", ignore=_LEFT_OUT)
    shutil.copy(root / "worker" / "pyproject.toml", tree)
    shutil.copy(root / "LICENSE", tree)
    return tree


def _px_tree(root: Path, tree: Path, wheel: Path) -> Path:
    """px has the library twice: as modules that it imports, and as the wheel for projects."""
    shutil.copytree(root / "cli" / "px", tree / "px", ignore=_LEFT_OUT)
    shutil.copytree(root / "worker" / "positronic", tree / "positronic", ignore=_LEFT_OUT)
    shutil.copy(root / "cli" / "pyproject.toml", tree)
    shutil.copy(root / "LICENSE", tree)
    shutil.copy(wheel, tree / CARRIED)
    shutil.copy(root / "requirements" / "worker.txt", tree / CARRIED / REQUIREMENTS)
    shutil.copy(root / "requirements" / "px.txt", tree / PINS)
    return tree


def _build(tree: Path, folder: Path) -> tuple[Path, Path]:
    """Its sdist and its wheel; the time in both is hatchling's own, whatever the caller's is."""
    environment = {name: value for name, value in os.environ.items() if name != _TIME}
    command = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-t", "wheel"]
    with tempfile.TemporaryDirectory(dir=folder) as fresh:
        subprocess.run(
            [*command, "-d", fresh], cwd=tree, env=environment, check=True, stdout=subprocess.DEVNULL
        )
        (sdist,) = Path(fresh).glob("*.tar.gz")
        (wheel,) = Path(fresh).glob("*.whl")
        return sdist.replace(folder / sdist.name), wheel.replace(folder / wheel.name)

