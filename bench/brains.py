"""`python -m bench.brains`: what a brain's read of a secret costs, and many runs at once.

The comparison for a read is a bare `KV.get` of the same key in the same run; for a run, the first
round of the same. With two hundred values read, a run also looks for all of them in each event.
"""

from __future__ import annotations

import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import httpx

from bench.heap import HeapWorker, heap_worker
from px.local.setup import set_up
from px.project.workspace import find_project

HERE: Final = Path(__file__).parent
NAMES: Final = [f"KEY_{number}" for number in range(200)]
RUNS: Final = 200
ROUNDS: Final = 3
AT_ONCE: Final = 25
MIB: Final = 1024 * 1024


def main() -> None:
    project = find_project(HERE)
    set_up(project, lambda line: print(line, file=sys.stderr))
    brains = [HERE / "brain_worker" / "reading.py", HERE / "brain_worker" / "three.py"]
    with heap_worker(project, brains) as worker:
        worker.client.headers["Authorization"] = f"Bearer {worker.token}"
        _row("measured", "median", "comparison in the same run", "factor")
        _row("---", "---", "---", "---")
        _reads(worker.client)
        _row("", "", "", "")
        _row(f"{RUNS} runs, {AT_ONCE} at once", "each", "WASM", "objects")
        for _ in range(ROUNDS):
            _many(worker)


def _reads(client: httpx.Client) -> None:
    sent = {"secrets": [{"name": name, "value": name * 5} for name in NAMES]}
    client.post("/secrets/bulk", json=sent).raise_for_status()
    _ran(client, "reading", {"names": NAMES[:20]})  # warm
    state = _ran(client, "reading", {"names": NAMES})["state"]
    bare, ours = (statistics.median(state[key]) / state["block"] for key in ("bare", "ours"))
    _row("secrets.get", f"{ours:.2f} ms", f"bare KV.get {bare:.2f} ms", f"{ours / bare:.2f}")


def _many(worker: HeapWorker) -> None:
    began = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(lambda _: _ran(worker.client, "three", {}), range(RUNS)))
    took = 1000 * (time.perf_counter() - began) / RUNS
    if any(run["status"] != "complete" for run in found):
        raise SystemExit("a run did not end")
    memory = worker.memory()
    _row("", f"{took:.1f} ms", f"{memory.wasm / MIB:.1f} MiB", f"{memory.objects:,}")


def _ran(client: httpx.Client, title: str, state: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    sent = {"identifier": title, "initialState": state}
    answer = client.post("/brains/runs", json=sent).raise_for_status()
    run_id = answer.json()["brainRunId"]
    client.get(f"/brains/runs/{run_id}/watch").raise_for_status()
    return client.get(f"/brains/runs/{run_id}").raise_for_status().json()


def _row(*cells: str) -> None:
    print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
