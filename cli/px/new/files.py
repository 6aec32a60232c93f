"""The files of a new project, all made before the first one is written."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

from px.library import Library
from px.new import pyproject

VENDOR: Final = "vendor"
REQUIREMENTS: Final = "requirements/worker.txt"

# Where it is in a project, and what it is called in the template: there, no tool takes it for one
# of this repository's own.
_TEMPLATE: Final = {
    ".env.deploy.example": "env.deploy.example",
    ".env.secrets.example": "env.secrets.example",
    ".gitignore": "gitignore",
    "README.md": "README.md",
    "tests/test_hello.py": "test_hello.py.txt",
    "worker/brains/hello.py": "hello.py.txt",
    "worker/entry.py": "entry.py.txt",
    "wrangler.toml": "wrangler.toml",
}


def project_files(name: str, library: Library) -> dict[str, bytes]:
    """Every file by its path, for a Worker of this name."""
    found = {path: _text(template, name) for path, template in _TEMPLATE.items()}
    found |= {
        f"{VENDOR}/{library.name}": library.wheel,
        REQUIREMENTS: library_pins(library).encode(),
    }
    return {**found, pyproject.NAME: pyproject.first(name, found)}


def library_pins(library: Library) -> str:
    """The library and what it needs: how requirements/worker.txt begins."""
    return library.requirement(VENDOR) + library.pins


def _text(template: str, name: str) -> bytes:
    text = (files("px.new") / "template" / template).read_text()
    return text.replace("$name", name).encode()
