"""`px brain runs | cancel`, and limits of time and number."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from positronic.brains import brain
from px.testing.dev_server import TestDevServer
from support import schemas
from support.px_in_process import PxInProcess
from support.waiting import wait_until

State = dict[str, Any]


async def _wait(state: State) -> State:
    await asyncio.sleep(3600)
    return state


def _fail(state: State) -> State:
    raise RuntimeError(f"as always with {len(state)}")


BRAINS = (
    brain("waiting").step("Begin", lambda state: state).step("Wait", _wait),
    brain("hasty").with_time_limit(1).step("Wait", _wait),
    brain("good").step("Go", lambda state: state),
    brain("bad").step("Fail", _fail),
)


@pytest.fixture
def server() -> Iterator[TestDevServer]:
    with TestDevServer(BRAINS) as found:
        yield found


def started(here: PxInProcess, *words: str) -> str:
    return here.run("brain", "run", *words).stdout.strip()


def listed(here: PxInProcess, *words: str) -> list[dict[str, Any]]:
    document = json.loads(here.run("brain", "runs", *words, "--json").stdout)
    schemas.conforms("brain runs", document)
    found: list[dict[str, Any]] = document["runs"]
    assert document["count"] == len(found)
    return found


def status(here: PxInProcess, run: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(here.run("brain", "status", run, "--json").stdout)
    schemas.conforms("brain status", document)
    return document


def test_what_ran(here: PxInProcess) -> None:
    """The newest first, all of them or by status and brain, and at most so many."""
    runs = [started(here, name) for name in ("good", "bad", "good")]
    wait_until(lambda: not listed(here, "--status", "running"), "the runs to end")
    everything = [one["brainRunId"] for one in listed(here)]

    assert sorted(everything) == sorted(runs)
    assert [one["brainTitle"] for one in listed(here, "--status", "error")] == ["bad"]
    assert {one["brainRunId"] for one in listed(here, "--brain", "good")} == {runs[0], runs[2]}
    assert [one["brainRunId"] for one in listed(here, "--limit", "2")] == everything[:2]
    assert listed(here, "--brain", "none") == []


def test_what_ran_in_a_pipe(here: PxInProcess) -> None:
    """A line for each, with tabs; of one that goes on, no end."""
    run = started(here, "waiting")
    (line,) = here.run("brain", "runs").stdout.splitlines()
    id_, title, how, created, completed, by = line.split("\t")

    assert (id_, title, how, completed, by) == (run, "waiting", "running", "", "root")
    assert created.endswith("Z")


def test_nothing_ran(here: PxInProcess) -> None:
    """It is said so, and not on stdout."""
    done = here.run("brain", "runs")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "No runs found.\n")


def test_a_status_that_no_run_has(here: PxInProcess) -> None:
    """It is a mistake of the command line, and the statuses are named."""
    done = here.run("brain", "runs", "--status", "done")

    assert done.returncode == 2
    assert "running, complete, error, cancelled, timeout, interrupted" in done.stderr


def test_cancel(here: PxInProcess) -> None:
    """The run has ended when px has; its step is unknown, and to cancel it again is no error."""
    run = started(here, "waiting")
    done = here.run("brain", "cancel", run, "--json")
    again = here.run("brain", "cancel", run)
    found = status(here, run)

    schemas.conforms("brain cancel", json.loads(done.stdout))
    assert (done.returncode, again.returncode) == (0, 0)
    assert again.stderr.startswith("Run cancelled.")
    assert found["status"] == "cancelled"
    assert [step["status"] for step in found["steps"]] == ["complete", "unknown"]
    assert [one["status"] for one in listed(here)] == ["cancelled"]


def test_cancel_what_is_over(here: PxInProcess) -> None:
    """It is refused, with how the run ended; and so is a run that is none."""
    run = started(here, "good")
    wait_until(lambda: not listed(here, "--status", "running"), "the run to end")
    over = here.run("brain", "cancel", run)
    none = here.run("brain", "cancel", "0" * 32)

    assert (over.returncode, none.returncode) == (1, 1)
    assert "the run is over: its status is complete" in over.stderr
    assert "`px brain runs`" in none.stderr


def test_a_watched_run_that_is_cancelled(here: PxInProcess) -> None:
    """Its watch ends with the last event, and says so."""
    run = started(here, "waiting")
    here.run("brain", "cancel", run)
    done = here.run("brain", "watch", run)

    assert done.returncode == 1
    assert done.stdout.splitlines()[-1].startswith("brain:cancelled")
    assert "the run was cancelled" in done.stderr
    assert f"px brain rerun {run} --from 2" in done.stderr


@pytest.mark.parametrize("words", [("waiting", "--time-limit", "1"), ("hasty",)])
def test_a_run_that_takes_too_long(here: PxInProcess, words: tuple[str, ...]) -> None:
    """It ends at the limit of the run, or of the brain; the error says which it was."""
    done = here.run("brain", "run", *words, "--watch", "--json")
    (run,) = listed(here, "--status", "timeout")

    assert done.returncode == 1
    error = json.loads(done.stderr)
    assert error["code"] == "run_timeout"
    assert error["error"] == "the run reached its time limit of 1 second"
    assert run["timeLimit"] == 1
    assert status(here, run["brainRunId"])["error"]["code"] == "time_limit"


@pytest.mark.parametrize("limit", ["0", "8d", "x", "-1", "1.5"])
def test_a_time_limit_that_is_none(here: PxInProcess, limit: str) -> None:
    """Refused before anything starts."""
    done = here.run("brain", "run", "good", f"--time-limit={limit}")

    assert done.returncode == 2
    assert "--time-limit must be" in done.stderr
    assert listed(here) == []


def test_too_many_runs(server: TestDevServer, here: PxInProcess) -> None:
    """The next one is refused with what to do about it, and starts once there is room."""
    server.configure(runs_per_token="1")
    run = started(here, "waiting")
    refused = here.run("brain", "run", "good", "--json")
    here.run("brain", "cancel", run)
    done = here.run("brain", "run", "good")
    error = json.loads(refused.stderr)

    assert (refused.returncode, error["code"]) == (1, "too_many_runs")
    assert "px brain cancel RUN" in error["hint"]
    assert done.returncode == 0
