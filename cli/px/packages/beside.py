"""Packages installed beside a project, and tried, before the project changes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from px.library import Library
from px.local import vendor
from px.new.pyproject import VENDOR, Pyproject
from px.packages import records, trial
from px.packages.lock import Say
from px.packages.resolve import Cannot, Found
from px.project import owner_only
from px.project.workspace import Workspace
from px.tools.set_up import Bar, ensure_tools


@contextmanager
def alone(project: Workspace) -> Iterator[Pyproject]:
    """One px at a time changes what a project's Worker has; pyproject.toml as it is by then.

    Raises Usage for a project that px did not make.
    """
    Pyproject.of(project)  # first, so that no lock is left in somebody else's project
    with owner_only.locked(project.private / "add.lock"):
        yield Pyproject.of(project)


@contextmanager
def tried(
    project: Workspace,
    text: str,
    library: Library,
    found: Found,
    new: Iterable[str],
    say: Say,
    bar: Bar,
) -> Iterator[tuple[Path, list[str]]]:
    """The packages of this requirements/worker.txt in a folder, and the modules imported of `new`.

    Raises Cannot.
    """
    ensure_tools(say, bar)
    with tempfile.TemporaryDirectory(prefix="add.", dir=project.private) as folder:
        scratch = Workspace(Path(folder))
        _put(scratch, text, library)
        say("Installing the packages beside the project")
        vendor.ensure_modules(scratch)
        yield scratch.python_modules, _try(scratch, project, found, new, say)


def _put(scratch: Workspace, text: str, library: Library) -> None:
    scratch.requirements.parent.mkdir()
    scratch.requirements.write_text(text)
    (scratch.root / VENDOR).mkdir()
    (scratch.root / VENDOR / library.name).write_bytes(library.wheel)


def _try(
    scratch: Workspace, project: Workspace, found: Found, new: Iterable[str], say: Say
) -> list[str]:
    installed = records.read(scratch.python_modules)
    if clash := records.shared(installed):
        raise Cannot(f"{' and '.join(clash[1])} both have the file {clash[0]}")
    if file := records.reserved(installed, found):
        raise Cannot(f"these packages have {file}, which would replace px or start by itself")
    if name := records.hidden(installed, found, project.worker):
        raise Cannot(f"these packages have a module {name}, which would hide worker/{name}")
    imported = records.modules(installed, new)
    if imported:
        say(f"Importing {', '.join(imported)} in workerd")
        trial.check(imported, scratch, project)
    return imported
