"""A virtual environment with pinned packages, built next to the one in use."""

from __future__ import annotations

import subprocess
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from px.local import pip
from px.local.pip_failures import why
from px.process.installer_environment import cleaned
from px.project.errors import LocalError
from scripts.setup.swap import beside

_PIP_FOR_OTHERS: Final = (22, 3)  # the first pip with --python


def make_venv(python: str, target: Path, requirements: Path, *, px_from: Path | None) -> None:
    """Builds it, with px from this folder if asked; raises LocalError and keeps the old one."""
    with beside(target) as fresh:
        _run([python, "-E", "-m", "venv", "--without-pip", "--prompt", target.name, str(fresh)])
        runner = _pip_for(python, str(fresh / "bin" / "python"))
        pip.install_pinned(["-r", str(requirements)], "the Python packages", pip=runner)
        if px_from:
            options = ["--no-deps", "--no-build-isolation", "--editable", str(px_from)]
            pip.install(options, "px", pip=_pinned_pip(fresh) or runner)
        _move_words(fresh, target)


def _pip_for(python: str, own: str) -> list[str]:
    """The base Python's pip, used for the new one; Debian has venv, but not always ensurepip."""
    with suppress(PackageNotFoundError, ValueError):
        if tuple(int(part) for part in version("pip").split(".")[:2]) >= _PIP_FOR_OTHERS:
            return [python, "-E", "-m", "pip", "--python", own]
    _run([own, "-E", "-m", "ensurepip"])
    return [own, "-m", "pip"]


def _pinned_pip(venv: Path) -> list[str]:
    """Upgrades to the pinned pip, if any: an older pip writes a script that loads `re`."""
    own = venv / "bin" / "python"
    return [str(own), "-m", "pip"] if (venv / "bin" / "pip").exists() else []


def _run(command: list[str]) -> None:
    done = subprocess.run(  # noqa: S603 - a Python and fixed words, no shell
        command, env=cleaned(), capture_output=True, text=True, errors="replace", check=False
    )
    if done.returncode:
        reason, hint = why(done.stdout + done.stderr)
        raise LocalError(f"the virtual environment could not be created: {reason}", hint)


def _move_words(fresh: Path, target: Path) -> None:
    """Fixes the path of Python in the scripts."""
    before, after = (str(path).encode() for path in (fresh, target))
    for path in (fresh / "pyvenv.cfg", *(fresh / "bin").iterdir()):
        if path.is_file() and not path.is_symlink():
            content = path.read_bytes()
            if before in content and b"\0" not in content:
                path.write_bytes(content.replace(before, after))
