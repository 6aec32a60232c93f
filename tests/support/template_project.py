"""The files that `px new` writes, in a folder that exists: with wheels that are none."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from px.library import Library
from px.new.files import project_files

_LIBRARY: Final = Library("library-1-py3-none-any.whl", b"wheel", "one==1 --hash=sha256:0\n")
_PX: Final = Library("px-1-py3-none-any.whl", b"px", "two==2 --hash=sha256:0\n")


def write_project(folder: Path, name: str = "shop") -> None:
    for place, content in project_files(name, _LIBRARY, _PX).items():
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
