"""What `px run` runs a command with: the environment, and the local secrets before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from px.client import Entry
from px.failures import Usage
from px.importing import read_file
from px.settings import PROJECT_MARK, find_upwards

SECRETS_FILE: Final = ".env.secrets"


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
            hint=f"copy {SECRETS_FILE}.example, or name a file with --file",
        )
    return found


def read(path: Path) -> list[Entry]:
    """The secrets of the file, by the rules of `px secret import`. Raises Usage."""
    return read_file(path)


def environment(outer: Mapping[bytes, bytes], entries: Sequence[Entry]) -> dict[bytes, bytes]:
    """The secrets as UTF-8, before what was there; bytes, whatever the locale is."""
    secrets = {name.encode(): value.reveal().encode() for name, value in entries}
    return {**outer, **secrets}
