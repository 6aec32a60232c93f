"""px as a process beside the tools that people have today, and beside Python's own start."""

from __future__ import annotations

import contextlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench import jobs, rivals
from bench.command import Command
from bench.px_commands import IMPORT, IMPORTED, LIST, VERSION, px_commands
from bench.rounds import Figure, in_turn, timed, timed_warm
from bench.table import milliseconds, print_head, print_row, times
from bench.workers import running
from px.project.workspace import Workspace

ROUNDS: Final = 5
SAMPLES: Final = 2

PYTHON: Final = "python -c pass"
WRANGLER: Final = "wrangler kv key list --local"
AWS: Final = "aws secretsmanager list-secrets, moto"
DOTENVX: Final = "npx dotenvx get"
PUT: Final = "wrangler kv bulk put --local, 1,000"
SERVER: Final = "the Worker's own answer"

Figures = dict[str, Figure]


def print_commands(project: Workspace) -> None:
    """Wall time of whole processes; 100 names in each store."""
    print_head("command", f"median of {ROUNDS} rounds", "beside", "its median", "px / it")
    took = _measure(project)
    _print(VERSION, took[VERSION], PYTHON, took)
    _print(f"{LIST}, less {SERVER}", took[LIST].less(took[SERVER]), PYTHON, took)
    for other in (WRANGLER, AWS, DOTENVX):
        _print(LIST, took[LIST], other, took)
    _print(IMPORT, took[IMPORT], PUT, took)


def _measure(project: Workspace) -> Figures:
    with tempfile.TemporaryDirectory() as name, running(project) as connection:
        folder = Path(name)
        jobs.prepare(connection)
        px = px_commands([Path(sys.executable).with_name("px")], folder / "px", connection)
        with _others(project, folder) as others:
            starts = {label: timed(one.run) for label, one in others.items()}
            starts |= {label: timed(px[label].run) for label in (VERSION, LIST)}
            starts[SERVER] = timed_warm(jobs.LIST.of(connection))
            took = in_turn(starts, rounds=ROUNDS, samples=SAMPLES)
        put = rivals.wrangler_put(project, IMPORTED, _folder(folder, "put"))
        imports = {IMPORT: timed(px[IMPORT].run), PUT: timed(put.run)}
        return took | in_turn(imports, rounds=ROUNDS)


@contextlib.contextmanager
def _others(project: Workspace, folder: Path) -> Iterator[dict[str, Command]]:
    """What px is compared with, each with the same names."""
    python = Command([sys.executable, "-c", "pass"], folder)
    wrangler = rivals.wrangler_list(project, jobs.NAMES, _folder(folder, "wrangler"))
    dotenvx = rivals.dotenvx(jobs.NAMES, _folder(folder, "dotenvx"))
    with rivals.aws(jobs.NAMES, _folder(folder, "aws")) as aws:
        yield {PYTHON: python, WRANGLER: wrangler, AWS: aws, DOTENVX: dotenvx}


def _print(label: str, took: Figure, other: str, figures: Figures) -> None:
    base = figures[other]
    print_row(label, milliseconds(took), other, milliseconds(base), times(took.over(base)))


def _folder(parent: Path, name: str) -> Path:
    folder = parent / name
    folder.mkdir()
    return folder
