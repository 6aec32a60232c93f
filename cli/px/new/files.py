"""The files of a new project, all made before the first one is written."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.resources import files
from typing import Final

from px import __version__
from px.library import Library

VENDOR: Final = "vendor"

# Where it is in a project, and what it is called in the template: there, no tool takes it for one
# of this repository's own.
_TEMPLATE: Final = {
    ".env.deploy.example": "env.deploy.example",
    ".env.secrets.example": "env.secrets.example",
    ".github/workflows/deploy.yml": "deploy.yml",
    ".gitignore": "gitignore",
    "README.md": "README.md",
    "tests/test_hello.py": "test_hello.py.txt",
    "worker/brains/hello.py": "hello.py.txt",
    "worker/entry.py": "entry.py.txt",
    "wrangler.toml": "wrangler.toml",
}

_PYPROJECT: Final = """\
# By these px knows which files are as it wrote them.
[tool.px]
template = "{version}"

[tool.px.files]
{hashes}
"""


def project_files(name: str, library: Library, px: Library) -> dict[str, bytes]:
    """Every file by its path, for a Worker of this name; px is for teammates and CI."""
    found = {path: _text(template, name) for path, template in _TEMPLATE.items()}
    for path, wheel in (("requirements/worker.txt", library), ("requirements/px.txt", px)):
        found[f"{VENDOR}/{wheel.name}"] = wheel.wheel
        found[path] = (wheel.requirement(VENDOR) + wheel.pins).encode()
    return {**found, "pyproject.toml": _pyproject(found)}


def _text(template: str, name: str) -> bytes:
    text = (files("px.new") / "template" / template).read_text()
    return text.replace("$name", name).encode()


def _pyproject(written: Mapping[str, bytes]) -> bytes:
    hashes = [
        f'"{path}" = "sha256:{hashlib.sha256(content).hexdigest()}"'
        for path, content in sorted(written.items())
    ]
    return _PYPROJECT.format(version=__version__, hashes="\n".join(hashes)).encode()
