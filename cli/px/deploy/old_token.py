"""A root token that is about to be replaced: saved in its own file with mode 600."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from px.project import git, owner_only
from px.project.env_deploy import TOKEN, URL, WORKER
from px.project.root_file import RootToken
from px.project.workspace import Workspace

PREFIX: Final = "old-root-token-"


def keep_replaced(project: Workspace, old: RootToken, new: str) -> list[str]:
    """Saves the token that `new` replaces; returns the lines to show the user."""
    if old.token == new:
        return []
    path = keep(project, old)
    shown = path.relative_to(project.root)
    lines = [f"Saved the replaced root token in {shown}"]
    if git.leaves_out(path) is False:
        lines.append(f"Warning: git does not ignore {shown}; keep it elsewhere")
    return lines


def keep(project: Workspace, old: RootToken) -> Path:
    """Writes the token, as settings of `.env.deploy`, to a new file and returns its path."""
    path = project.private / f"{PREFIX}{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}.json"
    found = {URL: old.url, TOKEN: old.token, WORKER: old.worker}
    owner_only.make_folder(project.private)
    owner_only.create(path, (json.dumps(found, indent=2) + "\n").encode())
    return path
