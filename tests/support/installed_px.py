"""px as a user has it: its wheel, installed by pip into an empty environment, and no checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from scripts.dist.distributions import make

from px.local import pip
from support.package_index import PackageIndex
from support.source import ROOT

# With an empty folder in place of the checkout, for this process alone.
_HIDE: Final = f'{shutil.which("mount")} -t tmpfs tmpfs "$0" && exec "$@"'
_OWN_MOUNTS: Final = (shutil.which("unshare") or "unshare", "--map-root-user", "--mount")
WITHOUT_CHECKOUT: Final = (*_OWN_MOUNTS, "/bin/sh", "-c", _HIDE, str(ROOT))


@dataclass(frozen=True, slots=True)
class InstalledPx:
    """Runs in any folder, with a HOME, what is given and nothing else, and nothing on the PATH.

    `index` has newer wheels under our names.
    """

    venv: Path
    home: Path
    index: PackageIndex
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
            self.command("px", *arguments),
            cwd=cwd,
            env=self.surroundings,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=280,
        )

    def command(self, program: str, *arguments: str | Path) -> Sequence[str | Path]:
        """A program of its environment, which cannot read the checkout."""
        return [*WITHOUT_CHECKOUT, self.venv / "bin" / program, *arguments]

    @property
    def surroundings(self) -> dict[str, str]:
        return {"HOME": str(self.home), "PATH": str(self.home / "no-programs"), **self.environment}

    def python(self, code: str, *, cwd: Path) -> str:
        """What its Python prints."""
        return subprocess.run(
            self.command("python", "-c", code),
            cwd=cwd,
            env=self.surroundings,
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()


def install(folder: Path, index: PackageIndex) -> InstalledPx:
    """With the indexes as they are, and this one."""
    dist, home = folder / "dist", folder / "home"
    make(ROOT, dist)
    home.mkdir()
    (wheel,) = dist.glob("positronic_secrets_px-*.whl")
    pins = ["-c", str(_pins(folder / "pins.txt"))]
    venv = make_venv(folder / "venv")
    pip_install(venv, [*pins, str(wheel)], cwd=folder, environment=reaching(index))
    return InstalledPx(venv, home, index)


def make_venv(folder: Path) -> Path:
    """An empty one, without pip."""
    base = getattr(sys, "_base_executable", sys.executable)
    subprocess.run([base, "-m", "venv", "--without-pip", folder], check=True)
    return folder


def pip_install(
    venv: Path, words: Sequence[str], *, cwd: Path, environment: Mapping[str, str]
) -> None:
    """By the pip of these tests, into that environment."""
    own = [sys.executable, "-m", "pip", "--python", str(venv / "bin" / "python")]
    options = ["--quiet", "--disable-pip-version-check", "--no-compile"]
    command = [*own, "install", *options, *words]
    outside = {"PATH": os.environ["PATH"], "HOME": str(Path.home())}
    subprocess.run(command, check=True, cwd=cwd, env={**outside, **environment})


def reaching(index: PackageIndex) -> dict[str, str]:
    """pip's settings as they are on this machine, with one more index."""
    found = {name: text for name, text in pip.environment().items() if name.startswith("PIP_")}
    more = f"{found.get('PIP_EXTRA_INDEX_URL', '')} {index.url}".strip()
    return {**found, "PIP_EXTRA_INDEX_URL": more}


def _pins(path: Path) -> Path:
    """The versions of the lock, so that a release of today changes no test."""
    lines = (ROOT / "requirements" / "dev.txt").read_text().splitlines()
    pinned = [line.rstrip(" \\") for line in lines if line[:1].isalnum()]
    path.write_text("\n".join(pinned) + "\n")
    return path
