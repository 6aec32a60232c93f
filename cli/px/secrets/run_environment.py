"""What `px run` runs a command with: the environment, and the local secrets before it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from px.api.secrets import Entry
from px.errors import Detail, Usage
from px.project.private_files import SECRETS_FILE
from px.project.upwards import PROJECT_MARK, find_upwards

_WORDS: Final = (
    ("nothing was sent", "nothing was run"),
    ("px secret import -", "px run --file - -- CMD"),
    ("in what is imported", "in the file"),
    ("is never imported", "is never read by px run"),
)
_LOCALE: Final = b"LC_CTYPE"
_COERCED: Final = (b"C.UTF-8", b"C.utf8", b"UTF-8")


def read_secrets(file: str | None) -> tuple[list[Entry], list[Detail]]:
    """What `--file` names, else the project's; and what is odd about it. Raises Usage.

    The file that stands there by itself may be empty; one that was named is not, or whatever was to
    fill it has failed. After `-` nothing is left of stdin, and the command gets an empty one.
    """
    from px.secrets.import_source import STDIN

    remarks: list[Detail] = []
    try:
        entries = _read(file, remarks)
    except Usage as error:
        error.message, error.hint = _for_run(error.message), _for_run(error.hint)
        raise
    if file == STDIN:
        with open(os.devnull, "rb") as nothing:  # noqa: PTH123 - not a path of the file system
            os.dup2(nothing.fileno(), 0)
    return entries, remarks


def _read(file: str | None, remarks: list[Detail]) -> list[Entry]:
    from px.secrets.import_secrets import read_file, read_files

    if file is None:
        return read_file(find_file(Path.cwd()), remarks)
    return read_files([file], remarks=remarks)


def _for_run(text: str) -> str:
    """What an import says, as it is for a command that is to be run."""
    for here, there in _WORDS:
        text = text.replace(here, there)
    return text


def find_file(folder: Path) -> Path:
    """The project's file, else the folder's own. Raises Usage.

    Not any file upwards: in a folder that others write to, theirs would be read.
    """
    mark = find_upwards(PROJECT_MARK, folder)
    found = (folder if mark is None else mark.parent) / SECRETS_FILE
    if not found.exists():
        where = "this folder" if mark is None else "the project's folder"
        raise Usage(
            f"there is no {SECRETS_FILE} in {where}",
            code="invalid_file",
            hint=f"install -m 600 {SECRETS_FILE}.example {SECRETS_FILE}, or use --file FILE",
        )
    return found


def given(current: Mapping[bytes, bytes]) -> dict[bytes, bytes]:
    """The environment as px was started with it.

    In the C locale Python gives itself another LC_CTYPE (PEP 538), which no command should inherit.
    """
    found = dict(current)
    if found.get(_LOCALE) in _COERCED:
        first = _at_start(_LOCALE, found[_LOCALE])
        found.pop(_LOCALE)
        found |= {} if first is None else {_LOCALE: first}
    return found


def environment(outer: Mapping[bytes, bytes], entries: Sequence[Entry]) -> dict[bytes, bytes]:
    """The secrets as UTF-8, before what was there; bytes, whatever the locale is."""
    secrets = {name.encode(): value.reveal().encode() for name, value in entries}
    return {**outer, **secrets}


def _at_start(name: bytes, otherwise: bytes) -> bytes | None:
    """What a variable was at px's start; `otherwise` where the system does not tell."""
    try:
        pairs = Path("/proc/self/environ").read_bytes().split(b"\0")
    except OSError:
        return otherwise
    return dict(pair.split(b"=", 1) for pair in pairs if b"=" in pair).get(name)
