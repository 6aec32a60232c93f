"""requirements/worker.txt: the library, what it needs, and below that what `px add` added."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from px.packages.index import Index
from px.packages.resolve import Found
from px.project.workspace import Workspace

_HEAD: Final = "# Written by `px add`.\n"
_PIN: Final = re.compile(r"^([A-Za-z0-9][\w.-]*)==([^\s;\\]+)", re.MULTILINE)


def text(project: Workspace) -> str:
    """requirements/worker.txt as it is; "" if it is not there."""
    return project.requirements.read_text() if project.requirements.is_file() else ""


def name_of(requirement: str) -> NormalizedName:
    return canonicalize_name(Requirement(requirement).name)


def read(text: str) -> dict[str, str]:
    """The version of each package that is pinned there."""
    return {canonicalize_name(name): version for name, version in _PIN.findall(text)}


def write(found: Found, index: Index) -> str:
    """Their pins, with the hash of every file; "" for none."""
    lines = "".join(_lines(found, index))
    return f"{_HEAD}{lines}" if lines else ""


def _lines(found: Found, index: Index) -> Iterable[str]:
    for name, one in sorted(found.items()):
        if one.build is not None:
            hashes = index.hashes(name, str(one.version), one.build)
            hashed = " \\\n".join(f"    --hash=sha256:{each}" for each in hashes)
            yield f"{name}=={one.version} \\\n{hashed}\n"
