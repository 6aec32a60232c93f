"""The Worker's Python packages, hash-pinned, from PyPI into python_modules/."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from px.local import pinned_lines, pip, stamp, wheels
from px.project import committed, owner_only
from px.project.errors import LocalError
from px.project.workspace import SETUP_HINT, Workspace
from px.tools.target import PIP_OPTIONS

_WHAT: Final = "the Worker's packages"
# The file lists all that the Worker needs; pip would add what this machine needs.
_OPTIONS: Final = ("--no-deps", *PIP_OPTIONS)


def ensure_modules(project: Workspace) -> bool:
    """Vendors the packages unless they are up to date; returns whether it did.

    Raises Usage for packages that git tracks: no pin says what is in them.
    """
    for modules in {project.python_modules, project.python_modules.resolve()}:
        committed.check_untracked(modules)
    try:
        sources = _sources(project)
    except FileNotFoundError:
        raise LocalError(f"{project.requirements} is missing", SETUP_HINT) from None
    if project.python_modules.is_dir() and stamp.is_fresh(_mark(project), sources):
        return False
    owner_only.make_folder(project.private)
    with tempfile.TemporaryDirectory(prefix="vendor.", dir=project.private) as folder:
        fresh = Path(folder) / "fresh"
        _install(project, fresh)
        # --target also installs console scripts, which the Worker cannot use.
        shutil.rmtree(fresh / "bin", ignore_errors=True)
        put(project, fresh)
    return True


def put(project: Workspace, fresh: Path) -> None:
    """These packages, in place of those that were there, for the requirements as they are now."""
    if not project.python_modules.is_symlink():  # otherwise the stamp belongs to another project
        _mark(project).unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="vendor.", dir=project.private) as folder:
        if project.python_modules.exists():
            project.python_modules.rename(Path(folder) / "old")
        fresh.rename(project.python_modules)
    stamp.mark(_mark(project), _sources(project))


def _sources(project: Workspace) -> str:
    return stamp.digest(project.requirements.read_bytes(), " ".join(PIP_OPTIONS).encode())


def _mark(project: Workspace) -> Path:
    """Not inside, where wrangler would upload it; next to the real folder behind a link."""
    owner = Workspace(project.python_modules.resolve().parent)
    return owner.private / "python_modules.stamp"


def _install(project: Workspace, target: Path) -> None:
    """From px's cache, and from the index only what is missing there: the hashes hold for both."""
    if find_spec("pip") is None:
        raise LocalError("the Python package pip is not installed", SETUP_HINT)
    lines = target.with_name("worker.txt")
    lines.write_text(pinned_lines.checked(project.requirements.read_text()))
    with wheels.alone() as kept:
        if kept.is_dir():
            with suppress(LocalError):
                _install_from(kept, project, lines, target)
                return
        words = ["--dest", str(kept), *_OPTIONS, "-r", str(lines)]
        pip.download_pinned(words, _WHAT, folder=project.root)
        _install_from(kept, project, lines, target)


def _install_from(kept: Path, project: Workspace, lines: Path, target: Path) -> None:
    where = ["--no-index", "--find-links", str(kept), "--target", str(target)]
    words = ["--no-compile", *_OPTIONS, *where, "-r", str(lines)]
    # pip looks for a wheel with a relative path, as in vendor/, from the folder that it runs in.
    pip.install_pinned(words, _WHAT, folder=project.root)
