"""Runs in the real Worker: many at once, watched live, and broken off by a crash."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from bench.heap import HeapWorker, heap_worker

from px.project.workspace import Workspace
from support.loopback import loopback
from support.waiting import wait_until
from worker.brain_worker import FILES, Brains, Watched, brain_project
from worker.main_worker import MainWorker, ProjectApi, Secrets

RUNS = 200
MORE = 100
REQUESTS_EACH = 4  # three of ours, and one to the run's object for each
OBJECTS_EACH = 20  # as in test_memory: the runtime keeps some for each, until V8 collects
AT_ONCE = 25
# WASM memory grows by a fifth at a time: one such step may fall into any two hundred runs.
ONE_STEP = 8 * 1024 * 1024
STEP = ["step:start", "step:status", "step:complete", "step:status"]
TYPES = ["brain:start", "step:status", *STEP * 3, "brain:complete"]


@pytest.fixture(scope="module")
def many(project: Workspace) -> Iterator[HeapWorker]:
    """workerd alone, as it says how much memory it has."""
    with heap_worker(project, [FILES / "many.py"]) as worker:
        yield worker


def brains_of(worker: HeapWorker) -> Brains:
    nowhere = Path("/nowhere")  # its files are looked at by nobody
    main = MainWorker(worker.client, Secrets(token=worker.token), nowhere, nowhere)
    return Brains(ProjectApi(main, "many"))


def run_many(worker: HeapWorker, count: int) -> list[tuple[int, Watched, dict[str, object]]]:
    """So many runs, AT_ONCE at a time: number, what a watcher saw, and how the run stands."""
    brains = brains_of(worker)

    def one(number: int) -> tuple[int, Watched, dict[str, object]]:
        run_id = brains.start("many", initialState={"number": number})
        return number, brains.watch(run_id), brains.look(run_id)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, range(count)))


@pytest.fixture(scope="module")
def ran(many: HeapWorker) -> list[tuple[int, Watched, dict[str, object]]]:
    brains_of(many).api.put("KEY", "value-of-the-key")
    return run_many(many, RUNS)


def test_many_at_once(ran: list[tuple[int, Watched, dict[str, object]]]) -> None:
    """Each of 200 runs ends with its own state, and its own events come in order."""
    watched = [one for _, one, _ in ran]

    assert [one.types for one in watched] == [TYPES] * RUNS
    assert [one.ids for one in watched] == [list(range(1, len(TYPES) + 1))] * RUNS
    assert {len({event["brainRunId"] for event in one.events}) for one in watched} == {1}
    assert len({one.events[0]["brainRunId"] for one in watched}) == RUNS
    assert [found["state"] for _, _, found in ran] == [
        {"number": n, "key": "[secret:KEY]", "doubled": 2 * n, "text": "x" * 1000}
        for n in range(RUNS)
    ]


@pytest.mark.usefixtures("ran")
def test_memory_stays_flat(many: HeapWorker) -> None:
    """After two hundred runs, a hundred more leave at most what the runtime itself does."""
    before = many.memory()
    run_many(many, MORE)
    after = many.memory()

    assert after.wasm - before.wasm <= ONE_STEP
    assert after.objects - before.objects <= OBJECTS_EACH * REQUESTS_EACH * MORE


def test_a_crash(project: Workspace, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A run that was broken off says so, and a rerun completes it without a step done twice."""
    served = brain_project(project, tmp_path_factory.mktemp("crash"))
    with loopback() as service, served.serve() as (worker, first):
        service.hold("/two")
        brains = Brains(ProjectApi(first, "crash"))
        brains.api.put("KEY", "value-of-the-key")
        run_id = brains.start("counted", options={"url": service.url})
        wait_until(lambda: service.asked["/two"] == 1, "the second step to run")
        worker.kill()
        service.let_go()
        with served.serve() as (_, second):
            brains = Brains(ProjectApi(second, "crash"))
            broken, seen = brains.look(run_id), brains.watch(run_id)
            rerun_id = brains.rerun(run_id, 2)
            brains.watch(rerun_id)
            rerun = brains.look(rerun_id)
            events = brains.api.call("GET", "/audit").json()["events"]

    assert broken["status"] == "interrupted"
    assert [step["status"] for step in broken["steps"]] == ["complete", "interrupted", "pending"]
    assert broken["state"] == {"one": "answer to /one"}
    assert seen.types[-1] == "brain:interrupted"
    assert rerun["status"] == "complete"
    assert rerun["state"] == {name: f"answer to /{name}" for name in ("one", "two", "three")}
    assert (rerun["startsAt"], rerun["rerunOf"]) == (2, run_id)
    assert service.asked == {"/one": 1, "/two": 2, "/three": 1}
    reads = [event for event in events if event["action"] == "brain.read"]
    assert [(one["actor"]["id"], one["names"]) for one in reads] == [(run_id, ["KEY"])]


def test_watched_live(project: Workspace, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A watcher gets what has happened while the run still goes on; one who leaves harms nobody."""
    served = brain_project(project, tmp_path_factory.mktemp("live"))
    with loopback() as service, served.serve() as (_, worker):
        brains = Brains(ProjectApi(worker, "live"))
        brains.api.put("KEY", "value-of-the-key")
        service.hold("/two")
        run_id = brains.start("counted", options={"url": service.url})
        seen = first_lines(brains, run_id, "id: 7")
        still = brains.look(run_id)["status"]
        service.let_go()
        watched = brains.watch(run_id)
        other = Brains(ProjectApi(worker, "other")).api.call("GET", f"/brains/runs/{run_id}")

    assert seen[-1] == "id: 7"
    assert still == "running"
    assert watched.types == TYPES
    assert (other.status_code, other.json()["code"]) == (404, "not_found")


def first_lines(brains: Brains, run_id: str, last: str) -> list[str]:
    """The lines of a watcher who goes away after one of them."""
    worker = brains.api.worker
    headers = {
        "Authorization": f"Bearer {worker.secrets.token}",
        "X-Positronic-Project": brains.api.project,
    }
    found: list[str] = []
    with (
        httpx.Client(base_url=worker.client.base_url, timeout=60, trust_env=False) as client,
        client.stream("GET", f"/brains/runs/{run_id}/watch", headers=headers) as answer,
    ):
        for line in answer.iter_lines():
            found.append(line)
            if line == last:
                return found
    return found
