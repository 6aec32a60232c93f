"""The files of a new project, all made before the first one is written."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Final

from px.declared import stub
from px.library import Library
from px.new import pyproject
from px.new.pyproject import VENDOR

REQUIREMENTS: Final = "requirements/worker.txt"

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

_NAMED: Final = re.compile(rb"^([A-Za-z_][A-Za-z0-9_]*)=", re.MULTILINE)


def project_files(name: str, library: Library, px: Library) -> dict[str, bytes]:
    """Every file by its path, for a Worker of this name; px is for teammates and CI."""
    found = {path: _text(template, name) for path, template in _TEMPLATE.items()}
    for path, wheel in ((REQUIREMENTS, library), ("requirements/px.txt", px)):
        found[f"{VENDOR}/{wheel.name}"] = wheel.wheel
        found[path] = pinned(wheel).encode()
    found[stub.MODULE] = stub.MODULE_TEXT.encode()
    names = [name.decode() for name in _NAMED.findall(found[".env.secrets.example"])]
    # `px secret types` writes the stub again: it has no hash, as it is not the template's.
    own = {
        stub.STUB: stub.stub_text(names).encode(),
        pyproject.FILE: pyproject.first(name, library, found),
    }
    return found | own


def pinned(wheel: Library) -> str:
    """The wheel in a project and what it needs: how a file of requirements begins."""
    return wheel.requirement(VENDOR) + wheel.pins


def _text(template: str, name: str) -> bytes:
    text = (files("px.new") / "template" / template).read_text()
    return text.replace("$name", name).encode()
