"""Which modules import which, and where that goes round in a circle."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

Graph = Mapping[str, set[str]]


def import_graph(paths: Iterable[Path], source: Path) -> Graph:
    """Each module with those of `paths` that it imports: in a function and for types alone too.

    Modules are named from `source`. A group's commands, whose modules it names as text, are not
    imports.
    """
    modules = {_name(path.relative_to(source)): path for path in paths}
    return {name: _targets(path, {*modules}) - {name} for name, path in modules.items()}


def rooms(graph: Graph) -> Graph:
    """The same of rooms: `px.api` is all of the folder, `px.terminal` the file."""
    found: dict[str, set[str]] = {_room(name): set() for name in graph}
    for name, targets in graph.items():
        found[_room(name)] |= {_room(target) for target in targets} - {_room(name)}
    return found


def _room(name: str) -> str:
    return ".".join(name.split(".")[:2])


def circle(graph: Graph) -> list[str]:
    """One circle of imports, from a name around to itself; empty where there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def _name(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _targets(path: Path, modules: set[str]) -> set[str]:
    tree = ast.parse(path.read_text(), str(path))
    owners = {name if name in modules else name.rpartition(".")[0] for name in _imported(tree)}
    return owners & modules


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
