"""pyproject.toml of a project that px made: what is px's there, and the Worker's packages."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final, Self

import tomlkit
from tomlkit.exceptions import ParseError

from px import __version__
from px.errors import Usage
from px.library import NAME, Library
from px.project.together import check_inside
from px.project.workspace import Workspace

FILE: Final = "pyproject.toml"
VENDOR: Final = "vendor"

_TEXT: Final = """\
[project]
name = "{worker}"
version = "0"
requires-python = ">=3.11"
# What the Worker imports: px's library, and what `px add` adds.
dependencies = []

# Brains and tests import from worker/.
[tool.mypy]
mypy_path = "worker"
files = ["worker", "tests"]
explicit_package_bases = true

[tool.pyright]
include = ["worker", "tests"]
extraPaths = ["worker"]

# By these px knows which files are as it wrote them.
[tool.px]
template = "{version}"

[tool.px.files]
"""


def digest(content: bytes) -> str:
    """How px remembers what it wrote."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def first(worker: str, library: Library, written: Mapping[str, bytes]) -> bytes:
    """The file of a new project."""
    fresh = Pyproject(_TEXT.format(worker=worker, version=__version__))
    fresh.depend(worker, library, [])
    fresh.remember(dict(sorted(written.items())))
    return fresh.content()


class Pyproject:
    """Whatever is not px's stays as it is, comments too."""

    def __init__(self, text: str) -> None:
        """Raises Usage for a project that px did not make."""
        self._document = tomlkit.parse(text)
        found: Any = self._document.get("tool", {}).get("px", {})
        if not {"template", "files"} <= found.keys():
            raise _not_ours()
        self._px = found

    @classmethod
    def of(cls, project: Workspace) -> Self:
        """Raises Usage for a project that px did not make."""
        try:
            return cls((project.root / FILE).read_text())
        except (FileNotFoundError, ParseError, AttributeError):
            raise _not_ours() from None

    @property
    def template(self) -> str:
        """The version of the px that made the project, or upgraded it."""
        return str(self._px["template"])

    @template.setter
    def template(self, version: str) -> None:
        self._px["template"] = version

    @property
    def hashes(self) -> dict[str, str]:
        """Of each file as px wrote it. Raises Refused for a name outside the project."""
        found = {str(name): str(one) for name, one in self._px["files"].items()}
        for name in found:
            check_inside(name)
        return found

    def remember(self, written: Mapping[str, bytes]) -> None:
        """What px writes now."""
        for name, content in written.items():
            self._px["files"][name] = digest(content)

    def forget(self, name: str) -> None:
        """A file that is no longer px's."""
        self._px["files"].pop(name, None)

    @property
    def dependencies(self) -> list[str]:
        """The requirements of `[project]`, without px's library."""
        found = (str(one) for one in self._document.get("project", {}).get("dependencies", ()))
        return [one for one in found if not one.startswith(f"{NAME} @ ")]

    def depend(self, worker: str, library: Library, requirements: Sequence[str]) -> None:
        """Sets the requirements of `[project]`, which gets this name if it is new.

        The library is named by its path, in the only form that uv, and so pywrangler, can read.
        """
        path = f"{NAME} @ file:///${{PROJECT_ROOT}}/{VENDOR}/{library.name}"
        table: Any = self._document.setdefault(
            "project", tomlkit.item({"name": worker, "version": "0"})
        )
        known = table.setdefault("dependencies", tomlkit.array())
        if [*known] != (wanted := [path, *requirements]):
            known.clear()
            known.extend(wanted)
            known.multiline(multiline=True)

    def content(self) -> bytes:
        return tomlkit.dumps(self._document).encode()


def _not_ours() -> Usage:
    return Usage(
        f"px did not make this project: {FILE} has no [tool.px] with its files",
        hint="`px new DIR` makes a project; move your brains there",
    )
