"""Folders that px fills itself, and so does not believe if they came with a checkout."""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import Path

from px.errors import Usage
from px.project import git
from px.project.private_files import FOLDER, TRACKABLE


def check_folder(folder: Path) -> None:
    """Raises Usage for a `.px` that is a link, or in which git tracks more than it may."""
    if folder.name != FOLDER:
        return
    if folder.is_symlink():
        raise _untrusted(folder, "it is a link", f"remove it: rm {git.shown(folder)}")
    check_untracked(folder, but=TRACKABLE)


def check_untracked(folder: Path, but: tuple[str, ...] = ()) -> None:
    """Raises Usage for a folder in which git tracks other files than `but`."""
    for name in git.tracked(folder.parent, [folder.name]) or ():
        path = git.shown(folder.parent / name)
        if name.count("/") != 1 or not any(fnmatch(name, one) for one in but):
            raise _untrusted(
                folder,
                f"git tracks {path}, so it may have come with a checkout",
                f"git rm -rf {path}",
            )


def _untrusted(folder: Path, reason: str, hint: str) -> Usage:
    shown = git.shown(folder)
    return Usage(f"px does not use {shown}: {reason}", code="untrusted_file", hint=hint)
