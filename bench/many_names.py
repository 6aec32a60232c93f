"""`python -m bench.many_names`: is a project with 100,000 names as fast as one with 1,000?

Two tables, each beside the smaller project in the same run. The names are written on CPython, by
the same commands, into the files of Workers that are stopped.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from bench.checkout import checkout
from bench.connection import Connection
from bench.filling import KEY_ID, fill, name_of
from bench.rounds import in_turn, timed_warm
from bench.table import milliseconds, print_head, print_row, times
from bench.worker_secrets import worker_secrets
from bench.workers import on_state
from positronic.commands.key_commands import AT_ONCE
from positronic.ledger.secret_rows import version_id
from px.project.workspace import Workspace

SIZES: Final = (1_000, 10_000, 100_000)
BULK: Final = 500
ROUNDS: Final = 20
STEPS: Final = 20  # of a rotation that are timed at each place
NEWER: Final = "newer"


def main() -> None:
    with checkout() as project, _running(project) as workers:
        _print_rotations(workers)
        _print_bulks({size: workers[size] for size in (SIZES[0], SIZES[-1])})


def _print_rotations(workers: dict[int, Connection]) -> None:
    """Of each size in turn: where the records are few, all of them at once."""
    print_head(f"rotation, each record: median of {STEPS} steps", "first", "in the middle", "last")
    for size, connection in workers.items():
        starts = (0, size // 2, size - STEPS * AT_ONCE) if size > SIZES[0] else (0,)
        each = [f"{_rotate(connection, size, start):.2f} ms" for start in starts]
        print_row(f"{size:,} names", *each, *("" for _ in range(3 - len(each))))
        connection.copies.wait()


def _rotate(connection: Connection, size: int, start: int) -> float:
    """Milliseconds for each record of the steps from this record on."""
    took: list[float] = []
    cursor = f"0:{size}:{KEY_ID}:{version_id(name_of(start - 1), 1)}" if start else ""
    for _ in range(STEPS):
        step = connection.prepare("POST", f"/keys/rotate{f'?cursor={cursor}' if cursor else ''}")
        began = time.perf_counter()
        found = json.loads(step())
        took.append((time.perf_counter() - began) * 1000)
        if found["resealed"] != AT_ONCE:
            raise SystemExit(f"a step of a rotation re-sealed {found['resealed']}")
        cursor = found.get("cursor", "")
    return statistics.median(took) / AT_ONCE


def _print_bulks(workers: dict[int, Connection]) -> None:
    """Of names from all over the project, each time the same ones."""
    label = f"bulk of {BULK} updates, median of {ROUNDS}"
    print_head(label, *(f"{size:,} names" for size in workers), "ratio")
    measures = {
        size: timed_warm(
            connection.prepare(
                "POST", "/secrets/bulk", _bulk(range(0, size, size // BULK)), expected=201
            ),
            connection.copies.wait,
        )
        for size, connection in workers.items()
    }
    few, many = in_turn(measures, rounds=ROUNDS).values()
    print_row("", milliseconds(few), milliseconds(many), times(many.over(few)))


def _bulk(numbers: Sequence[int]) -> object:
    return {"secrets": [{"name": name_of(one), "value": "newer"} for one in numbers]}


@contextmanager
def _running(project: Workspace) -> Iterator[dict[int, Connection]]:
    """A Worker for each size, with that number of names, which are under an older key."""
    with ExitStack() as stack:
        workers = {}
        for size in SIZES:
            state = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="px-bench.")))
            old, newer = worker_secrets(KEY_ID), worker_secrets(NEWER)
            token = _begin(project, state, old)
            fill(state, old["MASTER_KEYS"], size)
            both = old | {"MASTER_KEYS": f"{newer['MASTER_KEYS']},{old['MASTER_KEYS']}"}
            workers[size] = stack.enter_context(on_state(project, state, both))
            workers[size].token = token
        yield workers


def _begin(project: Workspace, state: Path, secrets: dict[str, str]) -> str:
    """Makes the project's ledger; a token for it."""
    with on_state(project, state, secrets) as connection:
        sent = {"name": "bench", "role": "admin"}
        issued = connection.call("POST", "/tokens", sent, expected=201)
        connection.call("POST", "/secrets", {"name": name_of(0), "value": "first"}, expected=201)
        connection.copies.wait()
        return str(issued["token"])


if __name__ == "__main__":
    main()
