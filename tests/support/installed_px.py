"""px as a user has it: its wheel, installed by pip into an empty environment."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from scripts.dist.distributions import make

from support.source import ROOT

OURS = ("positronic_secrets", "positronic_secrets_px")


@dataclass(frozen=True, slots=True)
class InstalledPx:
    """Runs in any folder, with nothing in the environment but a HOME and what is given.

    `hostile` is a folder with newer wheels under our names.
    """

    venv: Path
    home: Path
    hostile: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self, *arguments: str | Path, cwd: Path, stdin: str = "") -> str:
        """Its stdout; fails the test with px's own words."""
        done = self.attempt(*arguments, cwd=cwd, stdin=stdin)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def attempt(
        self, *arguments: str | Path, cwd: Path, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.venv / "bin" / "px", *arguments],
            cwd=cwd,
            env=self.surroundings,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=280,
        )

    @property
    def surroundings(self) -> dict[str, str]:
        return {"HOME": str(self.home), "PATH": "/usr/bin:/bin", **self.environment}

    def python(self, code: str, *, cwd: Path) -> str:
        """What its Python prints."""
        command = [str(self.venv / "bin" / "python"), "-c", code]
        return subprocess.run(
            command, cwd=cwd, env={}, check=True, capture_output=True, text=True
        ).stdout.strip()


def install(folder: Path) -> InstalledPx:
    """With the index as it is, and one more that has something newer under each of our names."""
    dist, venv, home = folder / "dist", folder / "venv", folder / "home"
    make(ROOT, dist)
    hostile = _hostile_index(folder / "hostile")
    home.mkdir()
    base = getattr(sys, "_base_executable", sys.executable)
    subprocess.run([base, "-m", "venv", "--without-pip", venv], check=True)
    (wheel,) = dist.glob("positronic_secrets_px-*.whl")
    options = ["--quiet", "--disable-pip-version-check", "--find-links", str(hostile)]
    pip = [sys.executable, "-m", "pip", "--python", str(venv / "bin" / "python")]
    pins = ["-c", str(_pins(folder / "pins.txt"))]
    command = [*pip, "install", *options, *pins, str(wheel)]
    subprocess.run(command, check=True, cwd=folder, env={**os.environ, "PYTHONPATH": ""})
    return InstalledPx(venv, home, hostile)


def _pins(path: Path) -> Path:
    """The versions of the lock, so that a release of today changes no test."""
    lines = (ROOT / "requirements" / "dev.txt").read_text().splitlines()
    pinned = [line.rstrip(" \\") for line in lines if line[:1].isalnum()]
    path.write_text("\n".join(pinned) + "\n")
    return path


def _hostile_index(folder: Path) -> Path:
    """Wheels of version 99 with our names."""
    folder.mkdir()
    for name in OURS:
        info = f"{name}-99.0.dist-info"
        with zipfile.ZipFile(folder / f"{name}-99.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr("hostile.py", "")
            wheel.writestr(
                f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 99.0\n"
            )
            wheel.writestr(
                f"{info}/WHEEL",
                "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            )
            wheel.writestr(f"{info}/RECORD", "")
    return folder
