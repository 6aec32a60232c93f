"""Whether others on this machine could read the private files."""

from __future__ import annotations

import shlex
import stat
from collections.abc import Iterator

from px.doctor.finding import FAIL, OK, SKIP, Finding
from px.doctor.place import Place, PrivateFile
from px.errors import Usage
from px.project import private_files

NAME = "mode"


def check_modes(place: Place) -> Iterator[Finding]:
    """One finding for each existing file."""
    found = [one for file in place.private_files if (one := _look(file, place.shown(file)))]
    yield from found or [Finding(NAME, SKIP, "there are no private files yet")]


def _look(file: PrivateFile, shown: str) -> Finding | None:
    try:
        mode = stat.S_IMODE(file.path.stat().st_mode)
        private_files.check(file.path)
    except FileNotFoundError:
        return None
    except OSError as error:
        return Finding(NAME, FAIL, f"{shown} cannot be checked: {_reason(error)}")
    except Usage as error:
        return Finding(NAME, FAIL, error.message, error.hint)
    if mode & 0o077:
        hint = f"chmod 600 {shlex.quote(shown)}"
        return Finding(NAME, FAIL, f"{shown} has mode {mode:o}: others can open it", hint)
    return Finding(NAME, OK, f"{shown} has mode {mode:o}")


def _reason(error: OSError) -> str:
    return (error.strerror or "unknown").lower()
