"""A small copy of the checkout for `make`: its set-up, with packages that are made on the spot."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from support.source import ROOT

_COPIED: Final = ("Makefile", "scripts/__init__.py", "scripts/setup", "cli/px")

_PROJECT: Final = """\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "checkout"
version = "1"
"""

# Builds an empty editable wheel, so that no build tool is downloaded.
_BACKEND: Final = """\
import zipfile
NAME = "checkout-1-py3-none-any.whl"
def build_editable(folder, config_settings=None, metadata_directory=None):
    with zipfile.ZipFile(f"{folder}/{NAME}", "w") as wheel:
        info = "checkout-1.dist-info"
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\\nName: checkout\\nVersion: 1\\n")
        wheel.writestr(f"{info}/WHEEL",
            "Wheel-Version: 1.0\\nGenerator: t\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(f"{info}/entry_points.txt", "[console_scripts]\\nshow = sys:exit\\n")
        wheel.writestr(f"{info}/RECORD", "")
    return NAME
"""


@dataclass(frozen=True, slots=True)
class Checkout:
    """A folder with a Makefile; `make` runs in it."""

    folder: Path

    @property
    def venv(self) -> Path:
        return self.folder / ".venv"

    @property
    def lock(self) -> Path:
        return self.folder / "requirements" / "dev.txt"

    @property
    def _kept(self) -> Path:
        return self.folder.with_name("kept")

    def keep(self) -> None:
        """Remembers every file as it is now, with its time."""
        shutil.copytree(self.folder, self._kept, symlinks=True)

    def restore(self) -> None:
        """Back to what `keep` remembered, at the same path."""
        shutil.rmtree(self.folder)
        shutil.copytree(self._kept, self.folder, symlinks=True)

    def require(self, name: str, *, hash_of: str = "") -> None:
        """The lock pins this package, and the index has it."""
        content = hash_of or _wheel(self.folder / "wheels", name)
        self.lock.write_text(f"{name}==1.0 --hash=sha256:{content}\n")
        newer = max(self.lock.stat().st_mtime, _modified(self.venv / ".ready") + 1)
        os.utime(self.lock, (newer, newer))

    def make(
        self, path: str, variables: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """`make .venv/.ready`, with this PATH and these variables."""
        return subprocess.run(
            ["/usr/bin/make", "--no-print-directory", ".venv/.ready"],
            cwd=self.folder,
            env={
                "HOME": str(self.folder),
                "PATH": path,
                "PIP_NO_INDEX": "1",
                "PIP_FIND_LINKS": str(self.folder / "wheels"),
                **(variables or {}),
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )

    def imports(self, name: str) -> bool:
        """Whether its Python works, and has the package."""
        done = subprocess.run(
            [self.venv / "bin" / "python", "-c", f"import {name}"], check=False, capture_output=True
        )
        return done.returncode == 0


def checkout(folder: Path) -> Checkout:
    """Nothing is set up in it yet."""
    for name in _COPIED:
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    (folder / "cli" / "pyproject.toml").write_text(_PROJECT)
    (folder / "cli" / "backend.py").write_text(_BACKEND)
    (folder / "requirements").mkdir()
    (folder / "wheels").mkdir()
    return Checkout(folder)


def program_folder(folder: Path, **scripts: str) -> Path:
    """A folder for the PATH, with these shell scripts."""
    folder.mkdir()
    for name, script in scripts.items():
        path = folder / name.replace("_", ".")
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
    return folder


def base_python() -> str:
    """The Python that this environment was made with."""
    return str(getattr(sys, "_base_executable", sys.executable))


def _modified(path: Path) -> float:
    return path.stat().st_mtime if path.exists() else 0.0


def _wheel(folder: Path, name: str) -> str:
    path = folder / f"{name}-1.0-py3-none-any.whl"
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}.py", "")
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        archive.writestr(
            f"{info}/WHEEL",
            "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        archive.writestr(f"{info}/RECORD", "")
    return hashlib.sha256(path.read_bytes()).hexdigest()
