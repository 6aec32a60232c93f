"""requirements/worker.txt, as px writes it: the library, what it needs, and what is asked for."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from packaging.requirements import Requirement

from px import __version__
from px.library import OURS, Library
from px.local import pip, wheels
from px.new.files import pinned
from px.packages import pins
from px.packages.index import Index
from px.packages.resolve import Found, resolve
from px.project import owner_only

Say = Callable[[str], None]


def lock(asked: Sequence[str], library: Library, kept: str, say: Say) -> tuple[Found, str]:
    """The versions of everything that is asked for, and the file's text; `kept`: the old text."""
    with wheels.alone() as cache, tempfile.TemporaryDirectory(prefix="px.") as folder:
        owner_only.make_folder(cache)
        index = Index(pip.environment(), cache, Path(folder))
        wanted = [Requirement(one) for one in asked]
        fixed = pins.read(library.pins) | dict.fromkeys(OURS, __version__)
        found = resolve(wanted, index, pinned=fixed, kept=pins.read(kept), say=say)
        return found, pinned(library) + pins.write(found, index)
