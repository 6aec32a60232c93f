"""Adds packages to a project's Worker, or takes them out: tried first, then written at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from px.errors import Refused, Usage
from px.library import OURS, Library
from px.local import vendor
from px.new import pyproject
from px.new.files import REQUIREMENTS, pinned
from px.new.pyproject import Pyproject
from px.packages import beside, pins
from px.packages.lock import Say, lock
from px.packages.resolve import Cannot
from px.project import together
from px.project.manifest import read_manifest
from px.project.workspace import Workspace
from px.tools.set_up import Bar


class Changed(NamedTuple):
    """Every package beyond the library's, by version; and the modules that were imported."""

    packages: dict[str, str]
    before: dict[str, str]
    imported: list[str]


def parse(words: Sequence[str]) -> list[Requirement]:
    """What is to be added. Raises Usage."""
    return [_requirement(word) for word in words]


def add(
    project: Workspace, wanted: Sequence[Requirement], library: Library, say: Say, bar: Bar
) -> Changed:
    """Raises Cannot for what the Worker cannot run, and then nothing was changed."""
    with beside.alone(project) as ours:
        return _change(project, ours, wanted, frozenset(), library, say, bar)


def remove(
    project: Workspace, names: Sequence[str], library: Library, say: Say, bar: Bar
) -> Changed:
    """Takes these out, and what only they needed. Raises Refused for one that is not there."""
    gone = frozenset(map(canonicalize_name, names))
    with beside.alone(project) as ours:
        known = {pins.name_of(one) for one in ours.dependencies}
        if any(name not in known for name in gone):
            raise Refused(
                "not one of the packages that `px add` added; nothing was changed",
                code="not_added",
                hint=f"{pyproject.FILE} lists them in [project].dependencies",
            )
        return _change(project, ours, (), gone, library, say, bar)


def _change(
    project: Workspace,
    ours: Pyproject,
    wanted: Sequence[Requirement],
    gone: frozenset[str],
    library: Library,
    say: Say,
    bar: Bar,
) -> Changed:
    before = _current(project, library)
    new: dict[str, str] = {canonicalize_name(one.name): str(one) for one in wanted}
    asked = [
        *(one for one in ours.dependencies if pins.name_of(one) not in gone | new.keys()),
        *new.values(),
    ]
    asked.sort(key=pins.name_of)
    found, text = lock(asked, library, before, say)
    _check_untouched(ours, before, text)
    with beside.tried(project, text, library, found, new, say, bar) as (modules, imported):
        ours.depend(read_manifest(project.config).worker, library, asked)
        ours.remember({REQUIREMENTS: text.encode()})
        contents = {REQUIREMENTS: text.encode(), pyproject.FILE: ours.content()}
        with together.written(project.root, contents):
            vendor.put(project, modules)
    own = pins.read(before[len(pinned(library)) :])
    return Changed({name: str(one.version) for name, one in found.items()}, own, imported)


def _current(project: Workspace, library: Library) -> str:
    """requirements/worker.txt; raises Refused unless it begins with this px's library."""
    text = pins.text(project)
    if not text.startswith(pinned(library)):
        raise Refused(
            "this project has the library of another version of px; nothing was changed",
            code="other_library",
            hint="`px upgrade` brings this one's",
        )
    return text


def _check_untouched(ours: Pyproject, before: str, text: str) -> None:
    """What somebody else pinned there would be lost; what px pins now may be there already."""
    known = (ours.hashes.get(REQUIREMENTS), pyproject.digest(text.encode()))
    if pyproject.digest(before.encode()) not in known:
        raise Refused(
            f"{REQUIREMENTS} was changed by hand; nothing was changed",
            code="changed_by_hand",
            hint="undo that, then give its packages to `px add`",
        )


def _requirement(word: str) -> Requirement:
    try:
        found = Requirement(word)
    except InvalidRequirement:
        raise Usage(
            "PACKAGE expects a name, with a version if you like",
            hint="for example: `px add httpx`, or `px add 'httpx>=0.28,<1'`",
        ) from None
    if canonicalize_name(found.name) in OURS:
        raise Cannot(f"{found.name} is in no package index: px brings its own library", "")
    if found.url or found.marker:
        raise Usage(
            f"{found.name}: px adds packages of the package index, by name and version",
            hint="for example: `px add httpx`",
        )
    return found
