"""Runs that start behind completed steps, end early, or are told again from their events."""

from __future__ import annotations

import asyncio
import gc
import json
import weakref
from typing import Any, Final

import pytest

from positronic import BrainSecrets, brain
from positronic.brains import CompletedStep, InvalidRun, replay, run
from positronic.brains.live_redactors import responsible
from positronic.brains.run_redactor import RunRedactor
from positronic.testing import Ran, run_brain_sync

State = dict[str, Any]

ran_steps: list[str] = []


def adding(name: str, value: int) -> Any:  # noqa: ANN401 - a step
    def add(state: State) -> State:
        ran_steps.append(name)
        return {**state, name: value + sum(state.values())}

    return add


THREE: Final = (
    brain("three").step("a", adding("a", 1)).step("b", adding("b", 10)).step("c", adding("c", 100))
)
FULL: Final = {"start": 1000, "a": 1001, "b": 2011, "c": 4112}


@pytest.fixture(autouse=True)
def _forget() -> None:
    ran_steps.clear()


def test_a_rerun_takes_completed_steps_over() -> None:
    """They are not run again; their patches are told again, marked, and give the same state."""
    first = run_brain_sync(THREE, initial_state={"start": 1000})
    ran_steps.clear()
    second = run_brain_sync(THREE, initial_state={"start": 1000}, completed=first.completed[:2])

    assert ran_steps == ["c"]
    assert second.state == first.state == FULL
    assert [event["type"] for event in second.events[:5]] == [
        *("brain:start", "step:complete", "step:complete", "step:status", "step:start")
    ]
    assert [event.get("takenOver") for event in second.events[1:3]] == [True, True]
    assert [step["status"] for step in second.events[3]["steps"]] == [
        *("complete", "complete", "pending")
    ]


def test_a_rerun_can_be_rerun_from_an_earlier_step() -> None:
    """What a run took over is in its own events."""
    first = run_brain_sync(THREE, initial_state={"start": 1000})
    second = run_brain_sync(THREE, initial_state={"start": 1000}, completed=first.completed[:2])
    again = replay(second.events)
    third = run_brain_sync(THREE, initial_state=again.initial_state, completed=again.completed[:1])

    assert third.state == FULL
    assert again.before(1) == {"start": 1000}
    assert again.before(2) == {"start": 1000, "a": 1001}


def test_end_after_stops_after_a_step() -> None:
    """The brain is complete as far as it was asked for, and its last event says how far."""
    ran = run_brain_sync(THREE, end_after=2)

    assert ran_steps == ["a", "b"]
    assert ran.events[-1]["type"] == "brain:complete"
    assert ran.events[-1]["endedAfter"] == 2
    assert [step["status"] for step in ran.events[-2]["steps"]] == [
        *("complete", "complete", "pending")
    ]


@pytest.mark.parametrize("end_after", [None, 3, 4])
def test_an_end_that_is_the_end_is_not_told(end_after: int | None) -> None:
    """All steps ran: nothing ended early."""
    ran = run_brain_sync(THREE, end_after=end_after)

    assert ran_steps == ["a", "b", "c"]
    assert "endedAfter" not in ran.events[-1]


def test_end_after_counts_the_outer_steps() -> None:
    """A brain inside is one step, however many it has."""
    outer = brain("outer").brain("in", THREE, lambda state, inner: inner).step("d", adding("d", 0))
    ran = run_brain_sync(outer, end_after=1)

    assert ran_steps == ["a", "b", "c"]
    assert ran.status == "complete"


REFUSED: Final[dict[str, dict[str, Any]]] = {
    "another title": {"completed": [CompletedStep("b", [])]},
    "too many": {"completed": [CompletedStep(title, []) for title in "abcd"]},
    "a patch that does not fit": {
        "completed": [CompletedStep("a", [{"op": "remove", "path": "/none"}])]
    },
    "a patch that is none": {"completed": [CompletedStep("a", [{"op": "jump"}])]},
    "a patch that leaves no object": {
        "completed": [CompletedStep("a", [{"op": "replace", "path": "", "value": 3}])]
    },
    "an end before the start": {"completed": [CompletedStep("a", [])], "end_after": 1},
    "an end at nothing": {"end_after": 0},
    "a state that is no object": {"initial_state": [1]},
    "a state that is too large": {"initial_state": {"x": "€" * 300_000}},
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_run_that_cannot_start_is_refused_at_once(case: str) -> None:
    """Before any event and any step, as soon as run() is called."""
    redactor = RunRedactor()

    with pytest.raises(InvalidRun):
        run(THREE, run_id="r", secrets=_no_secrets(), redactor=redactor, **REFUSED[case])
    assert ran_steps == []


def _no_secrets() -> BrainSecrets:
    return object.__new__(BrainSecrets)


def test_a_rerun_sees_what_was_stored() -> None:
    """State that held a value holds its marker: a step that needs the value reads it again."""

    async def use(state: State, secrets: BrainSecrets) -> State:
        return {**state, "same": state["key"] == await secrets.get("KEY"), "saw": state["key"]}

    @brain("values").step("Read")
    async def read(secrets: BrainSecrets) -> State:
        return {"key": await secrets.get("KEY")}

    both, secret = read.step("Use", use), {"KEY": "the value of it"}
    first = run_brain_sync(both, secrets=secret)
    again = run_brain_sync(both, secrets=secret, completed=first.completed[:1])

    assert first.state == {"key": "[secret:KEY]", "same": True, "saw": "[secret:KEY]"}
    assert again.state == {"key": "[secret:KEY]", "same": False, "saw": "[secret:KEY]"}


def _told(ran: Ran) -> Any:  # noqa: ANN401
    return [json.loads(json.dumps(event)) for event in ran.events]


def test_replay_tells_a_run_from_its_stored_events() -> None:
    """Title, status, options, state, steps and error, with a brain inside and a failure."""

    def fail() -> State:
        raise ValueError("no")

    inner = brain("inner").step("x", lambda: {"x": 1}).step("y", fail)
    outer = (
        brain("outer")
        .with_options({"n": 1})
        .step("a", adding("a", 1))
        .brain("in", inner, lambda state, got: {**state, **got})
        .step("after", adding("b", 1))
    )
    found = replay(_told(run_brain_sync(outer, initial_state={"s": 5})))

    assert (found.title, found.status, found.options) == ("outer", "error", {"n": 1})
    assert found.steps == [
        {"title": "a", "status": "complete"},
        {"title": "in", "status": "error"},
        {"title": "after", "status": "pending"},
    ]
    assert found.state == {"s": 5, "a": 6}
    assert (found.error or {})["message"] == "no"


def test_replay_of_every_beginning_of_a_run() -> None:
    """However far the events got, its state is that of the last completed step, and it runs."""
    outer = (
        brain("outer")
        .step("a", adding("a", 1))
        .brain("in", THREE, lambda state, got: {**state, "inner": got["c"]})
        .step("z", adding("z", 1))
    )
    events = _told(run_brain_sync(outer))
    states = [replay(events[:count]).state for count in range(1, len(events))]
    statuses = {replay(events[:count]).status for count in range(1, len(events))}

    assert statuses == {"running"}
    assert [state for place, state in enumerate(states) if state not in states[:place]] == [
        {},
        {"a": 1},
        {"a": 1, "inner": 112},
        {"a": 1, "inner": 112, "z": 114},
    ]


def test_replay_shows_the_outer_steps_only() -> None:
    """At each point of a run whose inner brain fails."""

    def fail() -> State:
        raise ValueError("no")

    inner = brain("inner").step("x", lambda: {"x": 1}).step("y", fail)
    outer = brain("outer").step("a", adding("a", 1)).brain("in", inner, lambda state, got: got)
    events = _told(run_brain_sync(outer))
    shown = [replay(events[:count]).steps for count in range(2, len(events) + 1)]

    assert {tuple(step["title"] for step in steps) for steps in shown} == {("a", "in")}
    assert shown[-1][1]["status"] == "error"


def test_replay_of_an_interrupted_run() -> None:
    """An interruption inside an inner brain is the whole run's; that step is not completed."""
    outer = brain("outer").step("a", adding("a", 1)).brain("in", THREE, lambda state, got: got)
    events = _told(run_brain_sync(outer))
    inside = next(place for place, event in enumerate(events) if event.get("stepId") == "2.2")
    interrupted = {
        "type": "brain:interrupted",
        "brainRunId": "run-1",
        "options": {},
        "brainTitle": "outer",
        "status": "interrupted",
    }
    found = replay([*events[:inside], interrupted])

    assert found.status == "interrupted"
    assert [step["status"] for step in found.steps] == ["complete", "running"]
    assert [step.title for step in found.completed] == ["a"]


def test_a_cancelled_run_passes_the_cancellation_on() -> None:
    """The step sees it, no event is made of it, and whoever cancelled gets it back."""
    seen: list[str] = []
    waits = asyncio.Event()

    async def wait() -> State:
        waits.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise
        return {}

    events: list[str] = []

    async def consume() -> None:
        waiting = brain("outer").brain("in", brain("waits").step("Wait", wait), lambda s, i: i)
        stream = run(waiting, run_id="r", secrets=_no_secrets(), redactor=RunRedactor())
        async for event in stream:
            events.append(event["type"])

    async def cancel() -> None:
        task = asyncio.ensure_future(consume())
        await waits.wait()
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancel())
    assert seen == ["cancelled"]
    assert "brain:error" not in events


class CpuLimitExceeded(BaseException):
    """As the runtime's: no Exception."""


def test_a_cpu_limit_is_never_swallowed() -> None:
    """What is no Exception passes as it is, out of an inner brain too."""
    limit = CpuLimitExceeded("the Worker's CPU time is over")

    def burn() -> State:
        raise limit

    inside = brain("outer").brain("in", brain("burns").step("Burn", burn), lambda s, i: i)

    with pytest.raises(CpuLimitExceeded) as passed:
        run_brain_sync(inside)
    assert passed.value is limit


def test_a_run_that_nobody_wants_any_more_ends() -> None:
    """Closing the events inside an inner brain runs no step, and nothing of the run is left."""
    outer = brain("outer").brain("in", THREE, lambda s, i: i)

    async def consume() -> weakref.ref[RunRedactor]:
        redactor = RunRedactor()
        stream = run(outer, run_id="r", secrets=_no_secrets(), redactor=redactor)
        async for event in stream:
            if event.get("stepId") == "1.1":
                break
        assert redactor in responsible()
        await stream.aclose()
        return weakref.ref(redactor)

    left = asyncio.run(consume())
    gc.collect()

    assert left() is None
    assert ran_steps == []
