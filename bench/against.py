"""`python -m bench.against REVISION`: this checkout beside another revision of it, in one run."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from bench import jobs, reads
from bench.assembly import assemble
from bench.checkout import checkout
from bench.cold_starts import from_snapshot
from bench.command import Command
from bench.connection import Connection
from bench.px_commands import IMPORT, LIST, VERSION, px_commands
from bench.revision import Checkout, checked_out
from bench.rounds import Measure, in_turn, timed
from bench.table import milliseconds, print_head, print_row, times
from bench.workers import running

ROUNDS: Final = 5
BEFORE: Final = "before"
NOW: Final = "now"
JOBS: Final = (jobs.STATUS, jobs.LIST, jobs.UPDATE, jobs.BULK_UPDATE)
STARTS: Final = 5  # of px, in each round

Sides = Mapping[str, Checkout]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.against", description=__doc__)
    parser.add_argument("revision", help="what stands for `before`: a commit, a branch, a tag")
    revision = parser.parse_args().revision
    with checkout() as here, checked_out(here, revision) as before:
        _print(revision, {BEFORE: before, NOW: Checkout(here)})


def _print(revision: str, sides: Sides) -> None:
    print_head(f"median of {ROUNDS} rounds", f"before: {revision}", "now", "now / before")
    with _running(sides) as workers, _px(sides, workers) as px:
        for label in (VERSION, LIST):
            _compare(label, {side: timed(px[side][label].run) for side in sides}, STARTS)
        for job in JOBS:
            _compare(job.label, {side: job.timed(workers[side]) for side in sides}, job.samples)
        _compare("secrets.get", {side: partial(_read, workers[side]) for side in sides}, 3)
        # More names: last. Copies that are still due would slow down the other one.
        imports = {side: _left_settled(px[side][IMPORT], workers[side]) for side in sides}
        _compare(IMPORT, imports)
    with _cold_starts(sides) as measures:
        _compare("cold start from a snapshot", measures, 3)


def _left_settled(command: Command, connection: Connection) -> Measure:
    """The next one begins when no copy is due."""
    measure = timed(command.run)

    def settled() -> float:
        took = measure()
        connection.copies.wait()
        return took

    return settled


def _compare(label: str, measures: Mapping[str, Measure], samples: int = 1) -> None:
    took = in_turn(measures, rounds=ROUNDS, samples=samples)
    ratio = times(took[NOW].over(took[BEFORE]))
    print_row(label, milliseconds(took[BEFORE]), milliseconds(took[NOW]), ratio)


@contextmanager
def _running(sides: Sides) -> Iterator[dict[str, Connection]]:
    """Each one's Worker, with 100 secrets and the brain that reads them."""
    with ExitStack() as stack:
        workers = {}
        for side, one in sides.items():
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            config = assemble(one.project, folder, [reads.BRAIN])
            workers[side] = stack.enter_context(running(one.project, config))
            jobs.prepare(workers[side])
        yield workers


@contextmanager
def _px(sides: Sides, workers: Mapping[str, Connection]) -> Iterator[dict[str, dict[str, Command]]]:
    """Each one's px, with its own Worker."""
    with tempfile.TemporaryDirectory() as folder:
        yield {
            side: px_commands(one.px, Path(folder) / side, workers[side], one.environment)
            for side, one in sides.items()
        }


@contextmanager
def _cold_starts(sides: Sides) -> Iterator[dict[str, Measure]]:
    with tempfile.TemporaryDirectory() as folder:
        yield {
            side: from_snapshot(one.project, one.project.config, Path(folder) / side)
            for side, one in sides.items()
        }


def _read(connection: Connection) -> float:
    return reads.by_brain(connection)[0]


if __name__ == "__main__":
    main()
