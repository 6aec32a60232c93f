"""The Worker's answers beside the least Python Worker and the two peers, all in one run."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from bench import jobs, reads
from bench.assembly import assemble
from bench.connection import Connection
from bench.jobs import Job
from bench.rounds import Figure, Measure, in_turn, timed_warm
from bench.table import milliseconds, print_head, print_row, times
from bench.workers import ON_KV, ON_SQLITE, bare_config, running
from px.project.workspace import Workspace

ROUNDS: Final = 5
# Of 100 reads, each timed as one: they differ more than requests do, and become faster for longer.
READ_ROUNDS: Final = 15
WARM_READ_ROUNDS: Final = 10
OURS: Final = "Positronic Secrets"
BARE: Final = {"bare SDK Response": "/", "bare SDK, through an object": "/object"}
PEERS: Final = {"JavaScript on KV": ON_KV, "JavaScript on a SQLite object": ON_SQLITE}
JOBS: Final = (
    *(jobs.STATUS, jobs.LIST, jobs.EXISTS, jobs.UPDATE, jobs.BULK_UPDATE, jobs.AUDIT, jobs.REFUSED),
)


def print_answers(project: Workspace) -> None:
    """A row for each job: each one's median, and how many times the comparison's ours takes."""
    print_head(
        f"median of {ROUNDS} rounds", OURS, *(f"{one}: ours / it" for one in (*BARE, *PEERS))
    )
    with _running(project) as (workers, bare):
        for job in JOBS:
            _print_job(job, workers, bare)
        for job in (jobs.UPDATE, jobs.BULK_UPDATE):
            _print_copied(job, workers, bare)
        _print_reads(workers)


def _print_job(job: Job, workers: Mapping[str, Connection], bare: Connection) -> None:
    measures = {label: job.timed(one) for label, one in workers.items()}
    _print_beside(job.label, measures, bare, job.samples)


def _print_copied(job: Job, workers: Mapping[str, Connection], bare: Connection) -> None:
    """The same job until KV has what it wrote; the peer on KV writes nothing else."""
    measures = {
        label: jobs.settled(one.copies.after(job.of(one)), one) for label, one in workers.items()
    }
    _print_beside(f"{job.label}, until copied", measures, bare, job.samples)


def _print_beside(
    label: str, measures: Mapping[str, Measure], bare: Connection, samples: int
) -> None:
    least = {one: timed_warm(bare.prepare("GET", path)) for one, path in BARE.items()}
    took = in_turn({**measures, **least}, rounds=ROUNDS, samples=samples)
    _print(label, took[OURS], [took[one] for one in (*BARE, *PEERS)])


@contextmanager
def _running(project: Workspace) -> Iterator[tuple[Mapping[str, Connection], Connection]]:
    """Ours and the peers, with the same secrets in them; the least one."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        configs = {OURS: assemble(project, folder, [reads.BRAIN]), **PEERS}
        workers = {
            label: stack.enter_context(running(project, config))
            for label, config in configs.items()
        }
        for connection in workers.values():
            jobs.prepare(connection)
            connection.copies.wait()
        config = stack.enter_context(bare_config(project))
        yield workers, stack.enter_context(running(project, config))


def _print_reads(workers: Mapping[str, Connection]) -> None:
    rounds = [
        (*reads.by_brain(workers[OURS]), *(reads.by_peer(workers[label]) for label in PEERS))
        for _ in range(WARM_READ_ROUNDS + READ_ROUNDS)
    ]
    timed = rounds[WARM_READ_ROUNDS:]
    ours, bare, many, *peers = (Figure(times) for times in zip(*timed, strict=True))
    label = f"secrets.get, {READ_ROUNDS} rounds (beside a bare KV.get)"
    _print(label, ours, [bare, None, *peers])
    print_row(
        "each of get_many of 50 (beside a secrets.get)",
        milliseconds(many),
        f"{milliseconds(ours)}: {times(many.over(ours))}",
        *("" for _ in (None, *peers)),
    )


def _print(label: str, ours: Figure, others: Sequence[Figure | None]) -> None:
    cells = (f"{milliseconds(it)}: {times(ours.over(it))}" if it else "" for it in others)
    print_row(label, milliseconds(ours), *cells)
