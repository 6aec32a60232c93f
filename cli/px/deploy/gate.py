"""The snapshot gate, run once for each state of the Worker's files."""

from __future__ import annotations

from typing import Final

from px.local import snapshot, stamp
from px.project.workspace import Workspace
from px.tools.place import current

SOURCES: Final = {".py", ".mjs"}


def pass_gate(project: Workspace) -> bool:
    """False if exactly this Worker passed before. Raises SnapshotRefused."""
    mark = project.own("snapshot.stamp")
    sources = _digest(project)
    if stamp.is_fresh(mark, sources):
        return False
    snapshot.check(project)
    stamp.mark(mark, sources)
    return True


def _digest(project: Workspace) -> str:
    """The Worker's files by name and content, its config, its packages and the runtime."""
    files = [path for path in sorted(project.worker.rglob("*")) if path.suffix in SOURCES]
    fixed = [project.config, project.requirements]
    parts = [part for path in files for part in (_name(project, path), path.read_bytes())]
    tools = current().folder.name.encode()
    return stamp.digest(tools, *parts, *(path.read_bytes() for path in fixed))


def _name(project: Workspace, path: object) -> bytes:
    return str(path).removeprefix(str(project.root)).encode()
