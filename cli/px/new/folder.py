"""Writes a new project: the whole folder, or nothing."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from px.errors import Refused, Usage
from px.project.file_failures import about

# What Cloudflare accepts as a Worker's name, and so as a part of its address.
_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,52}[a-z0-9])?")
_READABLE: Final = 0o755


def worker_name(folder: Path, chosen: str | None) -> str:
    """The folder's name unless another was chosen; raises Usage for one that no Worker can have."""
    name = folder.name if chosen is None else chosen
    if not _NAME.fullmatch(name):
        raise Usage(
            "a Worker cannot have this name",
            hint="use a-z, 0-9 and -, at most 54 of them: `px new DIR --name NAME`",
        )
    return name


def write(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Puts the files beside the folder's place, then renames. Raises Refused if it exists."""
    if folder.is_symlink() or folder.exists():
        raise Refused(
            "the folder exists already; nothing was changed",
            code="folder_exists",
            hint="give a folder that does not exist yet",
        )
    with about(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        try:
            for name, content in contents.items():
                path = fresh / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            fresh.chmod(_READABLE)
            fresh.rename(folder)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
