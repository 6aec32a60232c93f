"""Installs what the Worker needs on this machine, once and whenever a lockfile changes."""

from __future__ import annotations

from collections.abc import Callable

from px.local.bundle import ensure_bundle
from px.local.vendor import ensure_modules
from px.local.workerd import ensure_wrapper
from px.project import owner_only
from px.project.workspace import Workspace, node


def set_up(project: Workspace, say: Callable[[str], None]) -> None:
    """Vendors, bundles and wraps; one line to `say` for each step that had work to do.

    Safe to call from several processes at once. Raises LocalError.
    """
    node()
    project.wrangler()
    with owner_only.locked(project.private / "setup.lock"):
        if ensure_modules(project):
            say("Installed the Worker's packages into python_modules/")
        if ensure_bundle(project):
            say("Assembled the Python runtime for workerd")
        if ensure_wrapper(project):
            say("Wrote .px/workerd")
