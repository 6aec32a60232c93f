"""Whether git could publish the private files."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from px.doctor.finding import FAIL, OK, SKIP, WARN, Finding
from px.doctor.surroundings import PrivateFile, Surroundings
from px.errors import Usage
from px.project import git

NAME: Final = "git"


def check_ignored(around: Surroundings) -> Iterator[Finding]:
    """One finding for each file that git tracks or would add, or a single one if none."""
    if not git.is_installed():
        yield Finding(NAME, SKIP, "git is not installed, so px cannot see what it ignores")
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
        yield Finding(NAME, WARN, error.message, error.hint)
        return
    if tracked is None or ignored is None:
        yield Finding(NAME, SKIP, f"not in a git repository: {', '.join(names)}")
        return
    found = [one for file in files if (one := _judge(around, file, tracked, ignored)) is not None]
    yield from found or [Finding(NAME, OK, f"ignores {', '.join(names)}")]


def _judge(
    around: Surroundings, file: PrivateFile, tracked: Sequence[str], ignored: Sequence[str]
) -> Finding | None:
    shown = around.shown(file)
    if file.name in tracked:
        hint = f"git rm --cached {shlex.quote(shown)}, and replace every credential in it"
        return Finding(NAME, FAIL, f"tracks {shown}, which may also be in its history", hint)
    if file.name not in ignored:
        status = FAIL if file.path.exists() else WARN
        hint = f"add {file.name} to .gitignore"
        return Finding(NAME, status, f"does not ignore {shown}", hint)
    return None
