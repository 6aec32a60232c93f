"""A temporary project: another project's Worker with its own keys, token and KV."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from px.project import owner_only
from px.project.workspace import Workspace

# Only read, or rebuilt only when a lockfile changes.
_SHARED: Final = ("python_modules", "requirements")


def make_scratch(project: Workspace, folder: Path) -> Workspace:
    """Copies worker/ and wrangler.toml of a set-up project and links its packages."""
    scratch = Workspace(folder)
    shutil.copytree(project.worker, scratch.worker, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(project.config, scratch.root / project.config.name)
    for name in _SHARED:
        (folder / name).symlink_to(project.root / name)
    owner_only.make_folder(scratch.private)
    return scratch
