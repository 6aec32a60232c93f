"""The environment of a command under `px run`: the caller's, overridden by the local secrets."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from px.api.secrets import Entry
from px.errors import Detail, Usage
from px.project.private_files import SECRETS_FILE
from px.project.upwards import find_config

_WORDS: Final = (
    ("nothing was sent", "nothing was run"),
    ("px secret import -", "px run --file - -- CMD"),
    ("in what is imported", "in the file"),
    ("is never imported", "is never read by px run"),
)
_UNNAMED: Final = "the file"
_LOCALE: Final = b"LC_CTYPE"
_COERCED: Final = (b"C.UTF-8", b"C.utf8", b"UTF-8")


def read_secrets(file: str | None) -> tuple[list[Entry], list[Detail]]:
    """The secrets of `--file`, or else of the project, with warnings. Raises Usage.

    The default file may be empty; an empty --file is refused, as whatever should have filled it
    failed. After `-` stdin is used up, and the command gets an empty one.
    """
    from px.sources.stdin import STDIN

    remarks: list[Detail] = []
    try:
        entries = _read(file, remarks)
    except Usage as error:
        error.message, error.hint = _for_run(error.message), _for_run(error.hint)
        if file is None and error.message.startswith(_UNNAMED):
            error.message = SECRETS_FILE + error.message.removeprefix(_UNNAMED)
        raise
    if file == STDIN:
        with open(os.devnull, "rb") as nothing:  # noqa: PTH123 - not a file system path
            os.dup2(nothing.fileno(), 0)
    return entries, remarks


def _read(file: str | None, remarks: list[Detail]) -> list[Entry]:
    from px.secrets.import_secrets import read_file, read_files

    if file is None:
        return read_file(find_file(Path.cwd()), remarks)
    return read_files([file], remarks=remarks)


def _for_run(text: str) -> str:
    """An import's message, reworded for running a command."""
    for here, there in _WORDS:
        text = text.replace(here, there)
    return text


def find_file(folder: Path) -> Path:
    """The project's file, or else the current folder's. Raises Usage.

    Never one from any parent folder: others may write there, and px would read their file.
    """
    mark = find_config(folder)
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
    """The environment that px was started with.

    In the C locale Python changes its own LC_CTYPE (PEP 538), which a command must not inherit.
    """
    found = dict(current)
    if found.get(_LOCALE) in _COERCED:
        first = _at_start(_LOCALE, found[_LOCALE])
        found.pop(_LOCALE)
        found |= {} if first is None else {_LOCALE: first}
    return found


def environment(outer: Mapping[bytes, bytes], entries: Sequence[Entry]) -> dict[bytes, bytes]:
    """The environment with the secrets as UTF-8; bytes, whatever the locale is."""
    secrets = {name.encode(): value.reveal().encode() for name, value in entries}
    return {**outer, **secrets}


def _at_start(name: bytes, otherwise: bytes) -> bytes | None:
    """A variable's value when px started; `otherwise` if the system does not tell."""
    try:
        pairs = Path("/proc/self/environ").read_bytes().split(b"\0")
    except OSError:
        return otherwise
    return dict(pair.split(b"=", 1) for pair in pairs if b"=" in pair).get(name)
