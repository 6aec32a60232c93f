"""From the start of the process to the first answer, beside the least Python Worker's."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from typing import Final

from bench.rounds import Measure, in_turn
from bench.table import milliseconds, print_head, print_row, times
from bench.worker_secrets import worker_secrets
from bench.workers import bare_config
from px.local import snapshot
from px.local.bare import BareWorker
from px.project.workspace import Workspace

ROUNDS: Final = 5
WAYS: Final = ("without a snapshot", "from a snapshot")


def print_cold_starts(project: Workspace) -> None:
    """Ours beside the least Python Worker that starts in the same way."""
    print_head("cold start", f"median of {ROUNDS} rounds", "bare SDK Response", "ours / it")
    with bare_config(project) as bare, tempfile.TemporaryDirectory() as folder:
        measures = {
            (name, way): measure
            for name, config in (("ours", project.config), ("bare", bare))
            for way, measure in zip(
                WAYS, _both_ways(project, config, Path(folder) / name), strict=True
            )
        }
        took = in_turn(measures, rounds=ROUNDS)
    for way in WAYS:
        ours, least = took["ours", way], took["bare", way]
        print_row(way, milliseconds(ours), milliseconds(least), times(ours.over(least)))


def from_snapshot(project: Workspace, config: Path, folder: Path) -> Measure:
    """Takes a snapshot into a new folder; milliseconds of a start from it."""
    folder.mkdir()
    return partial(_start, project, config, snapshot.take(project, folder, config))


def _both_ways(project: Workspace, config: Path, folder: Path) -> tuple[Measure, ...]:
    return partial(_start, project, config, None), from_snapshot(project, config, folder)


def _start(project: Workspace, config: Path, stored: Path | None) -> float:
    worker = BareWorker(project, secrets=worker_secrets(), config=config, snapshot=stored)
    try:
        return worker.start() * 1000
    finally:
        worker.stop()
