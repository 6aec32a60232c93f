"""Brains that try everything to let a value out, and every place where it could have got to."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from px.project.workspace import Workspace
from support.waiting import wait_until
from worker.brain_worker import MARK, Brains, Watched, brain_project
from worker.canaries import fresh_canary, leaks
from worker.kv_files import files_below
from worker.main_worker import ProjectApi

# What each way must show, so that it was tried: a marker in its events, in the log, or nowhere.
SHOWN = {
    **dict.fromkeys(
        ("returns", "names_a_key", "splits", "encodes", "options", "inner"), "complete"
    ),
    **dict.fromkeys(("prints", "logs", "forgets_a_task", "asks_for_it_as_a_name"), "complete"),
    **dict.fromkeys(("raises", "chains", "groups", "names_an_exception"), "error"),
    **dict.fromkeys(
        ("returns_no_json", "service_error", "missing", "inner_raises", "exits"), "error"
    ),
}
QUIET = {"forgets_a_task", "returns_no_json", "exits"}


@dataclass(slots=True)
class Leaking:
    """Every way tried once; answers and streams by way."""

    brains: Brains
    canaries: dict[str, str] = field(default_factory=dict)
    statuses: dict[str, str] = field(default_factory=dict)
    streams: dict[str, Watched] = field(default_factory=dict)
    answers: dict[str, bytes] = field(default_factory=dict)

    def log(self) -> bytes:
        return self.brains.api.worker.log.read_bytes()

    def places(self) -> dict[str, bytes]:
        return {
            **files_below(self.brains.api.worker.state),
            **{f"the stream of {way}": one.raw for way, one in self.streams.items()},
            **{f"the answer to {way}": body for way, body in self.answers.items()},
            "the log": self.log(),
        }


@pytest.fixture(scope="module")
def leaking(project: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Leaking]:
    served = brain_project(project, tmp_path_factory.mktemp("leaky"))
    with served.serve() as (_, worker):
        found = Leaking(Brains(ProjectApi(worker, "leaky")))
        found.canaries = {way: fresh_canary() for way in SHOWN}
        found.brains.api.put("TALKS", fresh_canary())
        found.brains.api.bulk({way.upper(): one for way, one in found.canaries.items()})
        for way in SHOWN:
            try_it(found, way)
        found.answers["audit"] = found.brains.api.call("GET", "/audit").content
        said = f"said {fresh_canary()}"
        found.canaries["loud"] = said
        try_it(found, "loud", initialState={"said": said})
        wait_until(lambda: b"logged " + said.encode() in found.log(), "the log to be written")
        yield found


def try_it(found: Leaking, way: str, **more: object) -> None:
    run_id = found.brains.start(way, **more)
    found.streams[way] = found.brains.watch(run_id)
    found.answers[way] = found.brains.api.call("GET", f"/brains/runs/{run_id}").content
    found.statuses[way] = found.brains.look(run_id)["status"]


def test_no_value_anywhere(leaking: Leaking) -> None:
    """No canary stands in a stream, an answer, KV, the storage of a run, or the log."""
    canaries = {way: one for way, one in leaking.canaries.items() if way != "loud"}

    assert leaks(leaking.places(), canaries) == []


def test_each_way_was_tried(leaking: Leaking) -> None:
    """Each run ended as its way does, and where it let something out there is a marker."""
    statuses = {way: leaking.statuses[way] for way in SHOWN}
    marked = {way for way in SHOWN if MARK.encode() in leaking.streams[way].raw}

    assert statuses == SHOWN
    assert marked == SHOWN.keys() - QUIET


@pytest.mark.parametrize(
    "line",
    [
        *("printed [secret:PRINTS]", "printed to [secret:PRINTS]", "printed past [secret:PRINTS]"),
        *("logged [secret:LOGS]", "ValueError: [secret:LOGS]", "UserWarning: [secret:LOGS]"),
        "ValueError: [secret:FORGETS_A_TASK]",
    ],
)
def test_the_log_was_written(leaking: Leaking, line: str) -> None:
    """What was logged is in the log, without the value."""
    wait_until(lambda: line.encode() in leaking.log(), f"{line} in the log")


def test_what_is_no_secret_is_found(leaking: Leaking) -> None:
    """The same search finds a text that is no secret in each of the places."""
    said = leaking.canaries["loud"]
    found = {place for place, data in leaking.places().items() if said.encode() in data}

    assert {"the log", "the stream of loud", "the answer to loud"} <= found
    assert any("BrainRun" in place for place in found)


@pytest.mark.parametrize(("title", "said"), [("talks", "[secret:TALKS] "), ("blocks", "")])
def test_two_runs_that_print_at_once(leaking: Leaking, title: str, said: str) -> None:
    """In one isolate, half a line at a time: each run has its own lines, and all of them."""
    names = ("ONE", "TWO")
    run_ids = [leaking.brains.start(title, options={"name": name}) for name in names]
    with ThreadPoolExecutor() as pool:
        watched = list(pool.map(leaking.brains.watch, run_ids))

    for name, one in zip(names, watched, strict=True):
        (text,) = [event["text"] for event in one.events if event["type"] == "step:print"]
        assert text.split("\n") == [f"{name} {said}{number}" for number in range(20)]
