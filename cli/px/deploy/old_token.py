"""A root token that is about to be replaced: saved in its own file with mode 600."""

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
    """Saves the token that `new` replaces; returns the lines to show the user."""
    if settings.get("PX_TOKEN") in (None, "", new):
        return []
    path = keep(project, settings, names)
    shown = path.relative_to(project.root)
    lines = [f"Saved the replaced root token in {shown}"]
    if git.leaves_out(path) is False:
        lines.append(f"Warning: git does not ignore {shown}; keep it elsewhere")
    return lines


def keep(project: Workspace, settings: Mapping[str, str], names: tuple[str, ...]) -> Path:
    """Writes the settings to a new file and returns its path."""
    path = project.private / f"{PREFIX}{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}.json"
    found = {name: settings[name] for name in names if name in settings}
    owner_only.make_folder(project.private)
    owner_only.create(path, (json.dumps(found, indent=2) + "\n").encode())
    return path
