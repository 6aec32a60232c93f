"""Upgrades a project: planned, its packages tried, then written at once."""

from __future__ import annotations

from packaging.version import Version

from px import __version__
from px.errors import Refused
from px.library import Library
from px.new.files import REQUIREMENTS, project_files
from px.new.pyproject import FILE
from px.packages import pins
from px.packages.beside import alone, tried
from px.packages.lock import Say, lock
from px.project import together
from px.project.manifest import read_manifest
from px.project.workspace import Workspace
from px.tools.set_up import Bar
from px.upgrade.plan import Plan, make


def upgrade(project: Workspace, library: Library, px: Library, say: Say, bar: Bar) -> Plan:
    """Raises Refused for a project of a newer px, and Cannot for packages that no longer go."""
    with alone(project) as ours:
        if Version(ours.template) > Version(__version__):
            raise Refused(
                f"this project is of px {ours.template}, and this px is {__version__}",
                code="newer_project",
                hint="install the px in the project's vendor/",
            )
        manifest, asked = read_manifest(project.config), ours.dependencies
        fresh = project_files(manifest.worker, library, px)
        del fresh[FILE]
        ours.depend(manifest.worker, library, asked)
        if asked:
            fresh[REQUIREMENTS] = _packages(project, asked, library, say, bar)
        plan = make(project.root, ours, fresh, manifest.written)
        with together.written(project.root, plan.contents):
            return plan


def _packages(project: Workspace, asked: list[str], library: Library, say: Say, bar: Bar) -> bytes:
    """Pinned again, with what this library works with, and imported again if that differs."""
    before = pins.text(project)
    found, text = lock(asked, library, before, say)
    if text != before:
        names = [pins.name_of(one) for one in asked]
        with tried(project, text, library, found, names, say, bar):
            pass
    return text.encode()
