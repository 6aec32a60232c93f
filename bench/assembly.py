"""A project's Worker with more in it: brains, and another entry."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from px.project.workspace import Workspace


def assemble(
    project: Workspace, folder: Path, brains: Sequence[Path], entry: Path | None = None
) -> Path:
    """A copy of the Worker in `folder`, which may be imported by `entry`; its wrangler.toml."""
    no_caches = shutil.ignore_patterns("__pycache__")
    shutil.copytree(project.worker, folder / "worker", ignore=no_caches)
    (folder / "worker" / "brains").mkdir(exist_ok=True)
    for brain in brains:
        shutil.copy(brain, folder / "worker" / "brains")
    (folder / "python_modules").symlink_to(project.python_modules)
    text = project.config.read_text()
    if entry:
        shutil.copy(entry, folder / "worker")
        text = text.replace('main = "worker/entry.py"', f'main = "worker/{entry.name}"')
    config = folder / "wrangler.toml"
    config.write_text(text)
    return config
