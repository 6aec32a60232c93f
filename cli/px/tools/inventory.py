"""Every file of px's tools by its hash: written once, and compared before they get a credential.

Anyone who can change a tool gets what it is given. So px refuses a file that another user could
change, or that is not as it was set up, and never repairs one silently.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from px.project import owner_only, private_files
from px.project.errors import LocalError
from px.tools.place import HINT, Tools

_OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH


class ToolsChanged(LocalError):
    """The tools are not as px set them up."""

    exit_code, local_code = 1, "tools_changed"


def write(tools: Tools) -> None:
    """Writes the inventory, and takes the right to write from everybody else."""
    for path in _everything(tools.folder):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & ~_OTHERS_WRITE & 0o7777)
    owner_only.replace(tools.inventory, json.dumps(_take(tools), indent=0).encode())


def check_place(tools: Tools) -> None:
    """Raises LocalError if they are not set up, or another user can exchange them."""
    if not tools.are_set_up():
        raise LocalError("px's tools are not set up", HINT)
    for path in (*reversed(tools.folder.parents[:2]), tools.folder, tools.inventory):
        _check(path, tools)


def check(tools: Tools) -> int:
    """Compares every file's hash, owner and mode; returns how many. Raises ToolsChanged."""
    check_place(tools)
    for path in _everything(tools.folder):
        _check(path, tools)
    expected, found = _read(tools), _take(tools)
    for name in sorted({*expected, *found}):
        if expected.get(name) != found.get(name):
            what = "is new" if name not in expected else "is missing"
            raise _changed(tools, name, "was changed" if name in {*found} & {*expected} else what)
    return len(found)


def _check(path: Path, tools: Tools) -> None:
    status = path.lstat()
    name = os.path.relpath(path, tools.folder)
    if status.st_uid not in private_files.owners():
        raise _changed(tools, name, f"belongs to another user (uid {status.st_uid})")
    if not stat.S_ISLNK(status.st_mode) and status.st_mode & _OTHERS_WRITE:
        raise _changed(tools, name, "can be written by other users")


def _changed(tools: Tools, name: str, what: str) -> ToolsChanged:
    from px.terminal import printable

    return ToolsChanged(
        f"px does not use its tools: {printable(name)} {what}",
        f"find out why; then delete {tools.folder}, and px sets them up again",
    )


def _read(tools: Tools) -> dict[str, str]:
    try:
        found = json.loads(tools.inventory.read_bytes())
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise _changed(tools, tools.inventory.name, "was changed")
    return found


def _take(tools: Tools) -> dict[str, str]:
    """Each file's hash, and where each link leads, by its path."""
    found = {}
    for path in _everything(tools.folder):
        name = path.relative_to(tools.folder).as_posix()
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        elif path.is_file() and path != tools.inventory:
            with path.open("rb") as file:
                found[name] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def _everything(folder: Path) -> Iterator[Path]:
    """Files, links and folders, without following a link."""
    for parent, folders, names in os.walk(folder):
        yield from (Path(parent, name) for name in (*folders, *names))
