"""The index of runs on the real Worker says what the runs say, also after a crash."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

import pytest

from positronic.run_statuses import STATUSES
from px.project.workspace import Workspace
from support.waiting import wait_until
from worker.brain_worker import Brains, brain_project
from worker.main_worker import ProjectApi

T = TypeVar("T")

RUNS: Final = 200
CANCELLED: Final = 50
AT_ONCE: Final = 10
PROJECT: Final = "index"
# How a run is started, and how it ends if nobody stops it.
HOW: Final[dict[str, dict[str, Any]]] = {
    "complete": {"options": {"how": "complete"}},
    "error": {"options": {"how": "error"}},
    "timeout": {"options": {"how": "wait"}, "timeLimit": 1},
    "interrupted": {"options": {"how": "wait"}},
}
ENDING: Final = {"complete", "error"}  # by themselves, and soon
LAST_EVENTS: Final = {
    "complete": "brain:complete",
    "error": "step:status",  # after brain:error
    "cancelled": "brain:cancelled",
    "timeout": "brain:timeout",
    "interrupted": "brain:interrupted",
}
# How the steps of a run can stand.
STEPS: Final = {
    "complete": {"complete"},
    "error": {"complete", "error"},
    "cancelled": {"complete", "unknown", "pending"},
    "timeout": {"complete", "unknown", "pending"},
    "interrupted": {"complete", "interrupted", "pending"},
}


def each(work: Callable[[Any], T], given: Iterable[Any]) -> list[T]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(work, given))


def listed(brains: Brains, query: str = "") -> list[dict[str, Any]]:
    """Every page."""
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = brains.api.call("GET", f"/runs?limit=70{query}{cursor}").json()
        found += page["runs"]
        if "cursor" not in page:
            return found
        cursor = f"&cursor={page['cursor']}"


def running(brains: Brains) -> set[str]:
    return {one["brainRunId"] for one in listed(brains, "&status=running")}


def events(brains: Brains, action: str) -> list[dict[str, Any]]:
    answer = brains.api.call("GET", f"/audit?limit=1000&action={action}")
    found: list[dict[str, Any]] = answer.json()["events"]
    return found


def statuses(runs: Iterable[dict[str, Any]]) -> dict[str, str]:
    return {run["brainRunId"]: run["status"] for run in runs}


def test_every_run_ends_in_one_way(
    project: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """200 runs, 50 of them cancelled at random, and the Worker killed: all that tells of a run says
    the same, and nobody had to look at a run for it.
    """
    served = brain_project(project, tmp_path_factory.mktemp("index"))
    config = served.folder / "wrangler.toml"
    config.write_text(config.read_text().replace("[vars]", f'[vars]\nRUNS_PER_TOKEN = "{RUNS}"'))
    chance = random.Random(200)
    hows = chance.choices([*HOW], k=RUNS)
    picked = chance.sample(range(RUNS), CANCELLED)

    with served.serve() as (worker, first):
        brains = Brains(ProjectApi(first, PROJECT))
        ids = each(lambda how: brains.start("lasting", **HOW[how]), hows)
        answers = dict(
            each(
                lambda n: (ids[n], brains.api.call("DELETE", f"/brains/runs/{ids[n]}").status_code),
                picked,
            )
        )
        by_themselves = {id_ for how, id_ in zip(hows, ids, strict=True) if how in ENDING}
        wait_until(lambda: by_themselves.isdisjoint(running(brains)), "the runs that end", 120)
        wait_until(lambda: len(listed(brains, "&status=timeout")) > 0, "a run's time to be over")
        worker.kill()
    with served.serve() as (_, second):
        brains = Brains(ProjectApi(second, PROJECT))
        wait_until(lambda: not running(brains), "the runs to be noticed", 90)
        found = listed(brains)
        by_status = {one: listed(brains, f"&status={one}") for one in STATUSES}
        looked = each(brains.look, ids)
        last = dict(zip(ids, each(lambda id_: brains.watch(id_).types[-1], ids), strict=True))
        again = each(
            lambda id_: brains.api.call("DELETE", f"/brains/runs/{id_}").status_code, ids[:20]
        )
        started, cancelled = events(brains, "brain.run"), events(brains, "brain.cancel")

    index = statuses(found)
    assert {*index} == {*ids}
    assert len(found) == RUNS
    assert index == statuses(looked)
    assert Counter(index.values()) == {one: len(runs) for one, runs in by_status.items() if runs}
    assert {*index.values()} == {*LAST_EVENTS}
    assert last == {id_: LAST_EVENTS[status] for id_, status in index.items()}
    assert {answers[id_] for id_ in answers} <= {204, 409}
    assert {id_ for id_, status in index.items() if status == "cancelled"} == {
        id_ for id_, answer in answers.items() if answer == 204
    }
    for how, id_ in zip(hows, ids, strict=True):
        assert index[id_] in {how, "cancelled", *(["interrupted"] if how == "timeout" else [])}
    for run in looked:
        assert {step["status"] for step in run["steps"]} <= STEPS[run["status"]], run
    assert [one["createdAt"] for one in found] == sorted(
        (one["createdAt"] for one in found), reverse=True
    )
    assert again == [204 if index[id_] == "cancelled" else 409 for id_ in ids[:20]]
    assert {one["details"]["run"] for one in started} == {*ids}
    assert len(started) == RUNS
    assert {one["details"]["run"] for one in cancelled} == {
        id_ for id_, status in index.items() if status == "cancelled"
    }
