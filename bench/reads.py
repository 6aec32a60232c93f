"""What reading a secret costs the code inside a Worker, timed there: a brain's, and the peers'."""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

from bench.connection import Connection
from bench.jobs import NAMES
from bench.worker_secrets import TOKEN

BRAIN: Final = Path(__file__).parent / "brain_worker" / "reading.py"


class Reads(NamedTuple):
    """Milliseconds that each name takes by `secrets.get`, by `KV.get`, and in one `get_many`."""

    ours: float
    bare: float
    many: float


def by_brain(connection: Connection) -> Reads:
    """Runs BRAIN."""
    sent = {"identifier": "reading", "initialState": {"names": NAMES}}
    run_id = connection.call("POST", "/brains/runs", sent, expected=201)["brainRunId"]
    connection.prepare("GET", f"/brains/runs/{run_id}/watch")()
    state = connection.call("GET", f"/brains/runs/{run_id}")["state"]
    return Reads(state["ours"], state["bare"], state["many"])


def by_peer(connection: Connection) -> float:
    """The milliseconds that each of the same names takes a peer's own code."""
    each: float = connection.call("POST", "/reads", {"names": NAMES}, token=TOKEN)["each"]
    return each
