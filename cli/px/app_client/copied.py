"""Which client files an app gets: Python's where its code is Python, else JavaScript's."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Final

from px.errors import Refused
from px.project.file_failures import about

# What a file is called here, where no tool takes it for one of this repository's own.
_PYTHON: Final = {"positronic_secrets.py": "positronic_secrets.py.txt"}
_JAVASCRIPT: Final = {one: one for one in ("secrets.mjs", "secrets.d.mts")}
_MARK: Final = b"Positronic Secrets: "  # in the first line of each
_FIRST_LINE: Final = 200  # bytes


def client_files(folder: Path) -> dict[str, bytes]:
    """By name, for an app whose code is in the folder. Raises Refused for somebody else's file."""
    with about(folder):
        if not folder.is_dir():
            raise Refused(
                f"there is no folder {folder.name}; nothing was changed",
                code="no_folder",
                hint="give the folder of the app's code, such as ../app/src",
            )
        names = _PYTHON if any(folder.glob("*.py")) else _JAVASCRIPT
        for name in names:
            if (folder / name).exists() and not _is_ours(folder / name):
                raise Refused(
                    f"{name} is there already and is not px's; nothing was changed",
                    code="file_exists",
                    hint="give another folder of the app's code, or rename that file",
                )
    return {name: (files("px.app_client") / here).read_bytes() for name, here in names.items()}


def _is_ours(path: Path) -> bool:
    with path.open("rb") as file:
        return _MARK in file.read(_FIRST_LINE)
