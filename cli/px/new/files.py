"""The files of a new project, all made before the first one is written."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Final

from px import __version__
from px.declared import stub
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

# Brains and tests import from worker/.
[tool.mypy]
mypy_path = "worker"
files = ["worker", "tests"]
explicit_package_bases = true

[tool.pyright]
include = ["worker", "tests"]
extraPaths = ["worker"]
"""

_NAMED: Final = re.compile(rb"^([A-Za-z_][A-Za-z0-9_]*)=", re.MULTILINE)


def project_files(name: str, library: Library, px: Library) -> dict[str, bytes]:
    """Every file by its path, for a Worker of this name; px is for teammates and CI."""
    found = {path: _text(template, name) for path, template in _TEMPLATE.items()}
    for path, wheel in (("requirements/worker.txt", library), ("requirements/px.txt", px)):
        found[f"{VENDOR}/{wheel.name}"] = wheel.wheel
        found[path] = (wheel.requirement(VENDOR) + wheel.pins).encode()
    found[stub.MODULE] = stub.MODULE_TEXT.encode()
    names = [name.decode() for name in _NAMED.findall(found[".env.secrets.example"])]
    # `px secret types` writes the stub again: it has no hash, as it is not the template's.
    own = {stub.STUB: stub.stub_text(names).encode(), "pyproject.toml": _pyproject(found)}
    return found | own


def _text(template: str, name: str) -> bytes:
    text = (files("px.new") / "template" / template).read_text()
    return text.replace("$name", name).encode()


def _pyproject(written: Mapping[str, bytes]) -> bytes:
    hashes = [
        f'"{path}" = "sha256:{hashlib.sha256(content).hexdigest()}"'
        for path, content in sorted(written.items())
    ]
    return _PYPROJECT.format(version=__version__, hashes="\n".join(hashes)).encode()
