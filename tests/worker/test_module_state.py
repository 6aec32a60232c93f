"""What a brain keeps at module level, and what a rerun gets back, in the real Worker."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from px.project.workspace import Workspace
from support.waiting import wait_until
from worker.brain_worker import Brains, Watched, brain_project
from worker.canaries import fresh_canary, leaks
from worker.kv_files import files_below
from worker.main_worker import MainWorker, ProjectApi

BETWEEN = 100  # runs


@dataclass(slots=True)
class Kept:
    """A key that one project's run left in a module, and what another project's run made of it."""

    worker: MainWorker
    canary: str
    stream: Watched
    answer: bytes
    run_id: str

    def log(self) -> bytes:
        return self.worker.log.read_bytes()


@pytest.fixture(scope="module")
def kept(project: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    served = brain_project(project, tmp_path_factory.mktemp("kept"))
    with served.serve() as (_, worker):
        first, second, third = (Brains(ProjectApi(worker, name)) for name in ("a", "b", "c"))
        canary = fresh_canary()
        first.api.put("KEY", canary)
        first.ran("makes")
        for _ in range(BETWEEN):
            third.ran("idles")
        run_id = second.start("uses")
        stream = second.watch(run_id)
        answer = second.api.call("GET", f"/brains/runs/{run_id}").content
        found = Kept(worker, canary, stream, answer, run_id)
        wait_until(lambda: b"ValueError" in found.log(), "the task that outlives its run")
        yield found


def test_no_value_of_another_project_anywhere(kept: Kept) -> None:
    """Not in the run's events, its state, what is kept of it, or the log, after 100 other runs."""
    places = {
        **files_below(kept.worker.state),
        "the stream": kept.stream.raw,
        "the answer": kept.answer,
        "the log": kept.log(),
    }

    assert leaks(places, {"the key": kept.canary}) == []


def test_a_bare_marker_is_in_its_place(kept: Kept) -> None:
    """In the state and the error; the log, which only the operator sees, has it too."""
    assert b"401 for [secret]" in kept.answer
    assert b'"Bearer [secret]"' in kept.answer
    assert b"[secret:KEY]" not in kept.answer + kept.stream.raw
    assert b"asks with [secret" in kept.log()
    assert b"late [secret" in kept.log()


def test_the_operator_is_told_once(kept: Kept) -> None:
    """By the run's id and its brain."""
    lines = [line for line in kept.log().decode().splitlines() if "another project" in line]

    assert len(lines) == 1
    assert f"run {kept.run_id} of 'uses': " in lines[0]


def test_a_rerun_takes_the_same_branch(kept: Kept) -> None:
    """A word and a number that are secrets are put back, read again, and recorded as read."""
    brains = Brains(ProjectApi(kept.worker, "d"))
    brains.api.bulk({"MODE": "production", "PIN": "123456"})
    run_id = brains.start("branches")
    brains.watch(run_id)
    first = brains.look(run_id)
    again = brains.rerun(run_id, 2)
    brains.watch(again)
    second = brains.look(again)
    events = brains.api.call("GET", "/audit").json()["events"]
    reads = [one for one in events if one["action"] == "brain.read" and one["actor"]["id"] == again]

    assert first["state"] == {"mode": "[secret:MODE]", "pin": "[secret:PIN]", "went": "live"}
    assert second["state"] == first["state"]
    assert [sorted(one["names"]) for one in reads] == [["MODE", "PIN"]]


def test_a_rerun_after_a_secret_was_changed_is_refused(kept: Kept) -> None:
    """In a sentence that names it."""
    brains = Brains(ProjectApi(kept.worker, "e"))
    brains.api.bulk({"MODE": "production", "PIN": "123456"})
    run_id = brains.start("branches")
    brains.watch(run_id)
    brains.api.put("MODE", "staging")
    answer = brains.api.call("POST", "/brains/runs/rerun", json={"runId": run_id, "startsAt": 2})

    assert answer.status_code == 400
    assert "the secret MODE as it was, and it was changed since" in answer.json()["error"]


@pytest.mark.parametrize("piece", ["[", '{"key":'])
def test_a_value_nested_deeply_harms_nobody(kept: Kept, piece: str) -> None:
    """Read by a run, it neither ends that run nor the isolate that all projects share."""
    brains = Brains(ProjectApi(kept.worker, "deep"))
    nested = piece * (60_000 // len(piece))
    brains.api.bulk({"MODE": nested, "PIN": "123456"})
    run_id = brains.start("branches")
    brains.watch(run_id)

    assert brains.look(run_id)["status"] == "complete"
