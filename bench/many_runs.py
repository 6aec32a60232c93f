"""Many runs of a brain at once, and what they leave in memory: each round beside the first."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import httpx

from bench.heap import heap_worker
from bench.table import print_head, print_row
from px.project.workspace import Workspace

BRAIN: Final = Path(__file__).parent / "brain_worker" / "three.py"
SECRETS: Final = {"secrets": [{"name": "KEY_1", "value": "KEY_1" * 5}]}
RUNS: Final = 200
ROUNDS: Final = 3
AT_ONCE: Final = 25
MIB: Final = 1024 * 1024


def print_many_runs(project: Workspace) -> None:
    print_head(f"{RUNS} runs of a brain, {AT_ONCE} at once", "each", "WASM memory", "objects")
    with heap_worker(project, [BRAIN]) as worker:
        worker.client.headers["Authorization"] = f"Bearer {worker.token}"
        worker.client.post("/secrets/bulk", json=SECRETS).raise_for_status()
        for number in range(1, ROUNDS + 1):
            each = _many(worker.client)
            memory = worker.memory()
            wasm = f"{memory.wasm / MIB:.1f} MiB"
            print_row(f"round {number}", f"{each:.1f} ms", wasm, f"{memory.objects:,}")


def _many(client: httpx.Client) -> float:
    """Milliseconds that each run takes."""
    began = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(lambda _: _run(client), range(RUNS)))
    if any(run["status"] != "complete" for run in found):
        raise SystemExit("a run did not end")
    return 1000 * (time.perf_counter() - began) / RUNS


def _run(client: httpx.Client) -> Any:  # noqa: ANN401 - JSON
    sent = {"identifier": "three", "initialState": {}}
    answer = client.post("/brains/runs", json=sent).raise_for_status()
    run_id = answer.json()["brainRunId"]
    client.get(f"/brains/runs/{run_id}/watch").raise_for_status()
    return client.get(f"/brains/runs/{run_id}").raise_for_status().json()
