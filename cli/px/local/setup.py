"""Installs what the Worker needs on this machine, once and whenever a lockfile changes."""

from __future__ import annotations

from collections.abc import Callable

from px.local.vendor import ensure_modules
from px.project import owner_only
from px.project.workspace import Workspace
from px.tools.set_up import Bar, ensure_tools, no_bar


def set_up(project: Workspace, say: Callable[[str], None], bar: Bar = no_bar) -> None:
    """px's tools and the project's packages; one line to `say` for each that had work to do.

    Safe to call from several processes at once. Raises LocalError.
    """
    ensure_tools(say, bar)
    with owner_only.locked(project.private / "setup.lock"):
        if ensure_modules(project):
            say("Installed the Worker's packages into python_modules/")
