"""Imports packages in the real workerd, at the top level of a Worker, as a deploy does."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from px.local import snapshot
from px.packages.resolve import Cannot
from px.project.manifest import read_manifest
from px.project.workspace import Workspace

_ENTRY: Final = """\
from importlib import import_module

from workers import Response, WorkerEntrypoint


class NotImportable(Exception):
    pass


for name in {names}:
    try:
        import_module(name)
    except (Exception, SystemExit) as error:
        why = " ".join(f"{{type(error).__name__}}: {{error}}".split())
        raise NotImportable(f"`import {{name}}` fails there with {{why}}") from None


class Default(WorkerEntrypoint):
    async def fetch(self, request):
        return Response("")
"""
_TOLD: Final = re.compile(r"NotImportable: (.*)$")


def check(modules: Sequence[str], scratch: Workspace, project: Workspace) -> None:
    """Raises Cannot unless the Worker, with scratch's packages, imports them and can be stored."""
    manifest = read_manifest(project.config)
    config = (
        'name = "trial"\nmain = "worker/entry.py"\n'
        f"compatibility_date = {json.dumps(manifest.date)}\n"
        f"compatibility_flags = {json.dumps(manifest.flags)}\n"
    )
    scratch.config.write_text(config)
    scratch.worker.mkdir()
    (scratch.worker / "entry.py").write_text(_ENTRY.format(names=[*modules]))
    try:
        snapshot.take(scratch, _folder(scratch))
    except snapshot.SnapshotRefused as problem:
        found = _TOLD.search(problem.message)
        why = found[1].rstrip(".") if found else f"{problem.message} ({_first(problem.hint)})"
        raise Cannot(f"it cannot run in the Worker: {why}") from None


def _folder(scratch: Workspace) -> Path:
    folder = scratch.private / "trial"
    folder.mkdir(parents=True)
    return folder


def _first(text: str) -> str:
    """workerd explains at length, on several lines."""
    return text.partition("\n")[0].rstrip(".")
