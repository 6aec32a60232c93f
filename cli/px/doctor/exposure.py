"""Whether others could get the private files: on this machine, or through git."""

from __future__ import annotations

import os
import shlex
import stat
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from px.doctor.finding import FAIL, OK, SKIP, WARN, Finding
from px.doctor.surroundings import PrivateFile, Surroundings
from px.errors import Usage
from px.project import git, private_files


def check_modes(around: Surroundings) -> Iterator[Finding]:
    """One finding for each existing file."""
    found = [one for file in around.private_files if (one := _look(file, around.shown(file)))]
    yield from found or [Finding("mode", SKIP, "there are no private files yet")]


def _look(file: PrivateFile, shown: str) -> Finding | None:
    if not os.path.lexists(file.path):
        return None
    try:
        private_files.check(file.path)
    except Usage as error:
        return Finding("mode", FAIL, error.message, error.hint)
    mode = stat.S_IMODE(file.path.stat().st_mode)
    if private_files.is_exposed(file.path):
        hint = f"chmod 600 {shlex.quote(shown)}"
        return Finding("mode", FAIL, f"{shown} has mode {mode:o}: others can open it", hint)
    return Finding("mode", OK, f"{shown} has mode {mode:o}")


def check_ignored(around: Surroundings) -> Iterator[Finding]:
    """One finding for each file that git tracks or would add, or a single one if none."""
    if not git.is_installed():
        yield Finding("git", SKIP, "git is not installed, so px cannot see what it ignores")
        return
    folders: dict[Path, list[PrivateFile]] = defaultdict(list)
    for file in around.private_files:
        folders[file.base].append(file)
    for folder, files in folders.items():
        yield from _in_folder(around, folder, files)


def _in_folder(
    around: Surroundings, folder: Path, files: Sequence[PrivateFile]
) -> Iterator[Finding]:
    names = [file.name for file in files]
    try:
        tracked = git.tracked(folder, names)
        ignored = git.ignored(folder, names)
    except Usage as error:
        yield Finding("git", WARN, error.message, error.hint)
        return
    if tracked is None or ignored is None:
        yield Finding("git", SKIP, f"not in a git repository: {', '.join(names)}")
        return
    found = [one for file in files if (one := _judge(around, file, tracked, ignored)) is not None]
    yield from found or [Finding("git", OK, f"ignores {', '.join(names)}")]


def _judge(
    around: Surroundings, file: PrivateFile, tracked: Sequence[str], ignored: Sequence[str]
) -> Finding | None:
    shown = around.shown(file)
    if file.name in tracked:
        hint = f"git rm --cached {shlex.quote(shown)}, and replace every credential in it"
        return Finding("git", FAIL, f"tracks {shown}, which may also be in its history", hint)
    if file.name not in ignored:
        status = FAIL if file.path.exists() else WARN
        hint = f"add {file.name} to .gitignore"
        return Finding("git", status, f"does not ignore {shown}", hint)
    return None


CHECKS: Final = {"mode": check_modes, "git": check_ignored}
