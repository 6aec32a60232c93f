"""Whether others on this machine could read the private files."""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Iterator

from px.doctor.finding import FAIL, OK, SKIP, Finding
from px.doctor.surroundings import PrivateFile, Surroundings
from px.errors import Usage
from px.project import private_files

NAME = "mode"


def check_modes(around: Surroundings) -> Iterator[Finding]:
    """One finding for each existing file."""
    found = [one for file in around.private_files if (one := _look(file, around.shown(file)))]
    yield from found or [Finding(NAME, SKIP, "there are no private files yet")]


def _look(file: PrivateFile, shown: str) -> Finding | None:
    if not os.path.lexists(file.path):
        return None
    try:
        private_files.check(file.path)
    except Usage as error:
        return Finding(NAME, FAIL, error.message, error.hint)
    mode = stat.S_IMODE(file.path.stat().st_mode)
    if private_files.is_exposed(file.path):
        hint = f"chmod 600 {shlex.quote(shown)}"
        return Finding(NAME, FAIL, f"{shown} has mode {mode:o}: others can open it", hint)
    return Finding(NAME, OK, f"{shown} has mode {mode:o}")
