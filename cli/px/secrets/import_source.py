"""The files and stdin to import, read whole. `.env.deploy` is refused under any name.

Data from a pipe has no name: px cannot recognise `cat .env.deploy | px secret import -`, but it
can recognise `px secret import - < .env.deploy`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from px.errors import Usage
from px.files.assignments import Item, Reading
from px.files.file_text import decode
from px.files.regular import open_regular
from px.files.typed_path import unnamed
from px.project import private_files
from px.project.environment import chosen
from px.project.private_files import DEPLOY_FILE
from px.project.upwards import find_upwards

STDIN: Final = "-"
FORMATS: Final = ("dotenv", "json")
MAX_FILE: Final = 256 * 1024 * 1024  # bytes
_STDIN_PATH: Final = Path("/dev/fd/0")


def read_all(files: Sequence[str], form: str | None = None) -> list[Reading]:
    """Every file's items, unchecked. Raises Usage."""
    if len([file for file in files if file == STDIN]) > 1:
        raise Usage("stdin can only be given once")
    return [_reading(file, number, len(files), form) for number, file in enumerate(files, 1)]


def read_path(path: Path, what: str = "the file", *, regular: bool = False) -> bytes:
    """A file's bytes. Raises Usage without its name, as the user may have typed a value.

    `regular` refuses a named pipe, which blocks until somebody writes to it.
    """
    with unnamed(what, "invalid_file"):
        if _is_deploy_file(path):
            raise _deploy_refusal()
        if private_files.is_private(path):
            data = private_files.read_typed(path, MAX_FILE + 1)
        else:
            with open(path, "rb", opener=open_regular if regular else None) as file:
                data = file.read(MAX_FILE + 1)
    return _bounded(data, what)


def parse(
    data: bytes, form: str | None = None, *, name: str = "", what: str = "the file"
) -> Iterable[Item]:
    """Parses dotenv or JSON: by `form`, or else by the file's suffix and content."""
    from px.files import dotenv_file, foreign, json_file

    foreign.refuse_bytes(data, what)
    text = decode(data, what)
    foreign.refuse_text(text, what)
    is_json = name.endswith(".json") or json_file.looks_like_json(text)
    if form == "json" or (form is None and is_json):
        return json_file.items(text, what)
    return dotenv_file.items(text)


def _reading(file: str, number: int, count: int, form: str | None) -> Reading:
    from px.terminal import printable

    if count == 1:
        data = read_stdin() if file == STDIN else read_path(Path(file))
        return Reading(parse(data, form, name=file, what="stdin" if file == STDIN else "the file"))
    data = read_stdin() if file == STDIN else read_path(Path(file), f"file {number} of {count}")
    label = "stdin" if file == STDIN else printable(file)  # safe to show: it names a file
    return Reading(parse(data, form, name=file, what=label), label)


def read_stdin() -> bytes:
    """All of stdin; hidden on a terminal. Raises Usage."""
    from px import terminal

    if sys.stdin is None:
        raise Usage("stdin is closed")
    if terminal.is_terminal(sys.stdin):
        from px.prompts.hidden_prompt import read_all as read_hidden

        question = "Secrets, dotenv or JSON (hidden; end with Ctrl-D): "
        return read_hidden(question, MAX_FILE, "what was typed")
    if _STDIN_PATH.exists() and _is_deploy_file(_STDIN_PATH):
        raise _deploy_refusal()
    return _bounded(sys.stdin.buffer.read(MAX_FILE + 1), "stdin")


def _bounded(data: bytes, what: str) -> bytes:
    if len(data) > MAX_FILE:
        raise Usage(f"{what} has more than {MAX_FILE:,} bytes", code="invalid_file")
    return data


def _deploy_refusal() -> Usage:
    return Usage(
        f"{DEPLOY_FILE} contains deployment credentials and is never imported", code="invalid_file"
    )


def _is_deploy_file(path: Path) -> bool:
    """By its own name or a longer one (.env.deploy.bak), by the target of a link, or as another
    name of the current one, which is production's or the chosen environment's.
    """
    names = {path.name.casefold(), _resolved(path).name.casefold()}
    if any(name.startswith(DEPLOY_FILE) for name in names):
        return True
    near = (
        find_upwards(name, folder)
        for name in {DEPLOY_FILE, chosen().deploy_file}
        for folder in (Path.cwd(), _resolved(path).parent)
    )
    return any(deploy is not None and path.samefile(deploy) for deploy in near)


def _resolved(path: Path) -> Path:
    return Path(os.path.realpath(path))  # Path.resolve raises for a link to itself
