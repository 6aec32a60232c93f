"""A root token that is about to be replaced: kept in a file of its own, mode 600."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from px.project import git, owner_only
from px.project.workspace import Workspace

PREFIX: Final = "old-root-token-"


def keep_replaced(
    project: Workspace, settings: Mapping[str, str], new: str, names: tuple[str, ...]
) -> list[str]:
    """Keeps the token that `new` replaces, whatever it opens; what a person is to be told."""
    if settings.get("PX_TOKEN") in (None, "", new):
        return []
    path = keep(project, settings, names)
    shown = path.relative_to(project.root)
    told = [f"Kept the replaced root token in {shown}"]
    if git.leaves_out(path) is False:
        told.append(f"Warning: git does not ignore {shown}; keep it elsewhere")
    return told


def keep(project: Workspace, settings: Mapping[str, str], names: tuple[str, ...]) -> Path:
    """The file; each call makes another one."""
    path = project.private / f"{PREFIX}{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}.json"
    found = {name: settings[name] for name in names if name in settings}
    owner_only.make_folder(project.private)
    owner_only.create(path, (json.dumps(found, indent=2) + "\n").encode())
    return path
