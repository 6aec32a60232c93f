"""What one request or one state can take of the isolate's 128 MB."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import bench
import pytest
from bench.heap import HeapWorker, heap_worker

from px.project.workspace import Workspace

MOST = 96 * 1024 * 1024
MOST_OF_A_RERUN = 112 * 1024 * 1024
HEAVY = Path(bench.__file__).parent / "brain_worker" / "heavy.py"
SECRETS = [{"name": f"KEY_{number}", "value": f"s3cretValue{number:05}Xyz"} for number in range(20)]


@pytest.fixture
def worker(project: Workspace) -> Iterator[HeapWorker]:
    with heap_worker(project, [HEAVY]) as served:
        served.client.headers["Authorization"] = f"Bearer {served.token}"
        served.client.post("/secrets/bulk", json={"secrets": SECRETS}).raise_for_status()
        yield served


def ran(worker: HeapWorker, title: str) -> str:
    answer = worker.client.post("/brains/runs", json={"identifier": title}).raise_for_status()
    run_id = str(answer.json()["brainRunId"])
    watch(worker, run_id)
    return run_id


def watch(worker: HeapWorker, run_id: str) -> None:
    worker.client.get(f"/brains/runs/{run_id}/watch").raise_for_status()


def look(worker: HeapWorker, run_id: str) -> Any:  # noqa: ANN401 - JSON
    return worker.client.get(f"/brains/runs/{run_id}").raise_for_status().json()


def a_state_of_escapes(worker: HeapWorker) -> None:
    assert look(worker, ran(worker, "escaped"))["status"] == "complete"


def a_body_of_objects(worker: HeapWorker) -> None:
    sent = b'{"secrets":[' + b"{}," * 2_790_000 + b"{}]}"
    answer = worker.client.post(
        "/secrets/bulk", content=sent, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 413


def a_long_run_and_a_look(worker: HeapWorker) -> None:
    assert look(worker, ran(worker, "long"))["state"]["number"] == 14


def a_rerun_of_a_long_run(worker: HeapWorker) -> None:
    run_id = ran(worker, "long")
    sent = {"runId": run_id, "startsAt": 14}
    answer = worker.client.post("/brains/runs/rerun", json=sent).raise_for_status()
    watch(worker, answer.json()["brainRunId"])
    assert look(worker, answer.json()["brainRunId"])["status"] == "complete"


@pytest.mark.parametrize(
    ("case", "most"),
    [
        (a_state_of_escapes, MOST),
        (a_body_of_objects, MOST),
        (a_long_run_and_a_look, MOST),
        (a_rerun_of_a_long_run, MOST_OF_A_RERUN),
    ],
)
def test_memory_stays_below(
    worker: HeapWorker, case: Callable[[HeapWorker], None], most: int
) -> None:
    """WASM memory never shrinks, so this is the most that it took; the platform allows 128 MB."""
    case(worker)

    assert worker.memory().wasm < most
