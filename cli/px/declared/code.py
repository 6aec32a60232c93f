"""What all of a project's code asks of `secrets`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from px.declared.uses import DeclaredSchedule, NotRead, read_uses
from px.files.regular import open_regular
from px.project.workspace import Workspace
from px.terminal import printable

# Not the project's own code; neither are hidden folders.
_FOREIGN: Final = frozenset({"vendor", "python_modules", "node_modules", "__pycache__"})


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, whose path is relative to the project."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file} line {self.line}"


@dataclass(slots=True)
class Declared:
    """`required`: names without which a run fails, each with its places; `optional`: all others.

    `unnamed`: uses with a name made at run time. `wrong`: with what can be no name. `unread`: files
    that px cannot read as Python. `schedules`: each brain's, with its place.
    """

    required: dict[str, list[Place]] = field(default_factory=dict)
    optional: dict[str, list[Place]] = field(default_factory=dict)
    unnamed: list[Place] = field(default_factory=list)
    wrong: list[Place] = field(default_factory=list)
    unread: list[Place] = field(default_factory=list)
    schedules: list[tuple[DeclaredSchedule, Place]] = field(default_factory=list)

    def doubts(self) -> list[str]:
        """What px could not learn from the code, a sentence each."""
        uses = "1 use" if len(self.unnamed) == 1 else f"{len(self.unnamed)} uses"
        made = [f"{uses} of secrets with names made at run time: px cannot check them"]
        return [
            *(f"{place} has a name that no secret can have" for place in self.wrong),
            *(
                f"px cannot read {place.file} as Python: see line {place.line}"
                for place in self.unread
            ),
            *(made if self.unnamed else []),
        ]


def read_code(project: Workspace) -> Declared:
    """Reads every Python file of the Worker; imports and runs none."""
    found = Declared()
    for path in _files(project.worker):
        _add(found, path, printable(path.relative_to(project.root).as_posix()))
    return found


def _files(root: Path) -> Iterator[Path]:
    for folder, below, names in os.walk(root):
        below[:] = sorted(name for name in below if name not in _FOREIGN and name[0] != ".")
        yield from (Path(folder, name) for name in sorted(names) if name.endswith(".py"))


def _add(found: Declared, path: Path, file: str) -> None:
    try:
        with open(path, "rb", opener=open_regular) as opened:
            uses = read_uses(opened.read())
    except NotRead as error:
        found.unread.append(Place(file, error.line))
        return
    except OSError:  # gone, or not a regular file
        found.unread.append(Place(file, 1))
        return
    for use in uses.uses:
        group = found.optional if use.is_optional else found.required
        group.setdefault(use.name, []).append(Place(file, use.line))
    found.unnamed += [Place(file, line) for line in uses.unnamed]
    found.wrong += [Place(file, line) for line in uses.wrong]
    found.schedules += [(one, Place(file, one.line)) for one in uses.schedules]
