"""Runs that are cancelled, or take too long: they end, whatever their code does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import replace
from typing import Any

import pytest

from positronic.api.session import Session
from positronic.audit.events import Origin
from positronic.brains import Brain, BrainSecrets, brain
from positronic.errors import AuditUnavailable, Conflict, PositronicError, TooManyRuns
from positronic.roles import Principal, Role
from positronic.runs import stopping
from positronic.runs.memory import MemoryRunLog
from positronic.runs.plan import RunPlan, retold
from positronic.runs.record import RunRecord
from positronic.runs.run import LOOK_EVERY, Run
from support.memory_service import SHOP, START, House
from support.running import run

State = dict[str, Any]
ID = "0" * 32
ROOT = Principal("root", "root", Role.ROOT, None)


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Code that does not end is waited for a moment."""
    monkeypatch.setattr(stopping, "CLEANUP", 0.05)
    monkeypatch.setattr(stopping, "LAST", 0.01)


class Told:
    """What the ledger is told of a run; `fails`: it does not answer."""

    def __init__(self) -> None:
        self.fails = False
        self.ends: list[tuple[str, ...]] = []

    async def copied(self, id_: str, versions: Mapping[str, int], at: int) -> None:
        raise AssertionError("nothing was read from a copy")

    async def ended(self, run_id: str, status: str, at: int) -> None:
        self._tell(run_id, status)

    async def dropped(self, run_id: str) -> None:
        self._tell(run_id, "dropped")

    def _tell(self, *said: str) -> None:
        if self.fails:
            raise AuditUnavailable("the ledger cannot be written")
        self.ends.append(said)


class Going:
    """A run that goes on beside whoever stops it."""

    def __init__(self, found: Brain, time_limit: int = 3600) -> None:
        self.house = House()
        self.log = MemoryRunLog()
        self.run = Run(ID, self.log, self.house.clock)
        self.record = RunRecord(SHOP, ID, found.title, START, "r", None, time_limit=time_limit)
        self.told = Told()
        self.tasks: list[asyncio.Task[None]] = []
        self._brain = found

    async def start(self, announce: Callable[[], Awaitable[None]] | None = None) -> None:
        session = Session(self.house.service, SHOP, ROOT, Role.WRITER, Origin("r", None))
        means = replace(
            session.run_resources(self.record),
            in_background=self._background,
            recorder=lambda _: self.told,
        )
        await self.run.start(self.record, RunPlan(self._brain, {}, {}), means, announce or _fine)

    @property
    def status(self) -> str:
        return self.run.event_log.record.status

    def types(self) -> list[str]:
        return [one["type"] for one in self.events()]

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(event.text) for event in self.log.events(0, 1000)]

    def steps(self) -> list[str]:
        told = retold(self.run.event_log.events(0))
        return [step["status"] for step in told.steps]

    def _background(self, work: Coroutine[None, None, None]) -> None:
        self.tasks.append(asyncio.ensure_future(work))


async def _fine() -> None:
    return


def slow(began: asyncio.Event) -> Callable[..., Awaitable[State]]:
    async def step(state: State) -> State:
        began.set()
        await asyncio.sleep(3600)
        return state

    return step


def test_a_run_is_cancelled_at_its_next_await() -> None:
    """It has ended when that is answered, its ledger knows, and the step is left as running."""

    async def cancelled() -> Going:
        began = asyncio.Event()
        going = Going(brain("b").step("One", lambda state: state).step("Slow", slow(began)))
        await going.start()
        await began.wait()
        await going.run.cancel(_fine)
        return going

    going = run(cancelled())

    assert going.status == "cancelled"
    assert going.types()[-1] == "brain:cancelled"
    assert going.events()[-1]["status"] == "cancelled"
    assert going.steps() == ["complete", "running"]
    assert going.told.ends == [(ID, "cancelled")]


def test_a_run_ends_at_its_time_limit() -> None:
    """Its error says so, with the limit."""

    async def late() -> Going:
        going = Going(brain("b").step("Slow", slow(asyncio.Event())), time_limit=1)
        going.house.clock.now += 950  # of the second, most is over
        await going.start()
        await asyncio.gather(*going.tasks)
        return going

    going = run(late())

    assert going.status == "timeout"
    assert going.types()[-1] == "brain:timeout"
    assert going.run.event_log.record.error == {
        "name": "TimeLimit",
        "message": "the run reached its time limit of 1 second",
        "code": "time_limit",
    }
    assert going.told.ends == [(ID, "timeout")]


def _swallows_once(began: asyncio.Event, log: list[str]) -> Callable[..., Awaitable[State]]:
    async def step(state: State) -> State:
        began.set()
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            log.append("swallowed")
        await asyncio.sleep(3600)
        return state

    return step


def _cleans_up(began: asyncio.Event, log: list[str]) -> Callable[..., Awaitable[State]]:
    async def step(state: State) -> State:
        began.set()
        try:
            await asyncio.sleep(3600)
        finally:
            await asyncio.sleep(0)
            log.append("cleaned up")
        return state

    return step


def _never_ends(began: asyncio.Event, log: list[str]) -> Callable[..., Awaitable[State]]:
    async def step(state: State, secrets: BrainSecrets) -> State:
        began.set()
        for _ in range(3):
            try:
                await asyncio.sleep(0.2)
            except asyncio.CancelledError:
                log.append("swallowed")
        try:
            await secrets.get("KEY")
        except Conflict:
            log.append("refused")
        return state

    return step


def _fails(began: asyncio.Event, log: list[str]) -> Callable[..., Awaitable[State]]:
    async def step(state: State) -> State:
        began.set()
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            log.append("failed")
            raise RuntimeError("not cancelled, but failed") from None
        return state

    return step


def _returns(began: asyncio.Event, log: list[str]) -> Callable[..., Awaitable[State]]:
    async def step(state: State) -> State:
        began.set()
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            log.append("returned")
        return {**state, "done": True}

    return step


@pytest.mark.parametrize(
    ("make", "expected", "steps"),
    [
        (_swallows_once, ["swallowed"], ["running", "pending"]),
        (_cleans_up, ["cleaned up"], ["running", "pending"]),
        (_never_ends, ["swallowed"] * 3 + ["refused"], ["running", "pending"]),
        (_fails, ["failed"], ["running", "pending"]),
        (_returns, ["returned"], ["complete", "pending"]),
    ],
)
def test_a_cancelled_run_ends_whatever_its_code_does(
    make: Callable[[asyncio.Event, list[str]], Callable[..., Awaitable[State]]],
    expected: list[str],
    steps: list[str],
) -> None:
    """One end each; no step starts after it, nothing is read, and no event follows the last."""
    log: list[str] = []

    async def cancelled() -> tuple[Going, int]:
        began = asyncio.Event()
        after = (
            brain("b")
            .step("First", make(began, log))
            .step("Then", lambda state: log.append("then"))
        )
        going = Going(after)
        await going.start()
        await began.wait()
        await going.run.cancel(_fine)
        count = len(going.events())
        if others := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(others)  # what was left to itself has ended too
        return going, count

    going, count = run(cancelled())

    assert log == expected
    assert (going.status, going.types()[-1]) == ("cancelled", "brain:cancelled")
    assert len(going.events()) == count
    assert going.steps() == steps
    assert going.told.ends == [(ID, "cancelled")]


def test_a_step_that_cancels_itself_fails() -> None:
    """The run ends as one with an error: nobody stopped it."""

    async def cancels(state: State) -> State:
        raise asyncio.CancelledError

    async def ran() -> Going:
        going = Going(brain("b").step("One", cancels))
        await going.start()
        await asyncio.gather(*going.tasks)
        return going

    going = run(ran())

    assert going.status == "error"
    assert (going.run.event_log.record.error or {})["message"] == "a step cancelled itself"


def test_only_a_running_run_is_cancelled() -> None:
    """Cancelled again, it answers the same, and nothing more is recorded; one that is over, no."""
    recorded: list[str] = []

    async def announce() -> None:
        recorded.append("cancel")

    async def both() -> str:
        began = asyncio.Event()
        going = Going(brain("b").step("Slow", slow(began)))
        await going.start()
        await began.wait()
        await asyncio.gather(*(going.run.cancel(announce) for _ in range(2)))
        await going.run.cancel(announce)
        over = Going(brain("b").step("One", lambda state: state))
        await over.start()
        await asyncio.gather(*over.tasks)
        with pytest.raises(Conflict) as refused:
            await over.run.cancel(announce)
        return refused.value.message

    assert run(both()) == "the run is over: its status is complete"
    assert recorded in (["cancel"], ["cancel"] * 2)


def test_a_cancellation_that_cannot_be_recorded() -> None:
    """Nothing is cancelled."""

    async def fails() -> None:
        raise AuditUnavailable("not now")

    async def tried() -> str:
        began = asyncio.Event()
        going = Going(brain("b").step("Slow", slow(began)))
        await going.start()
        await began.wait()
        with pytest.raises(AuditUnavailable):
            await going.run.cancel(fails)
        status = going.status
        going.tasks[0].cancel()
        return status

    assert run(tried()) == "running"


@pytest.mark.parametrize(("stopping_for", "status"), [(None, "interrupted"), ("cancelled",) * 2])
def test_a_run_that_was_being_stopped_when_its_process_ended(
    stopping_for: str | None, status: str
) -> None:
    """It ends as what it was stopped for."""
    going = Going(brain("b").step("One", lambda state: state))
    going.run.event_log.open(replace(going.record, stopping=stopping_for))
    found = Run(ID, going.log, going.house.clock)

    assert found.event_log.record.status == status
    assert going.types() == [f"brain:{status}"]


def test_the_ledger_is_told_until_it_knows() -> None:
    """A run whose end the ledger does not know is looked at again, and is not deleted."""

    async def ran() -> tuple[Going, int, int]:
        going = Going(brain("b").step("One", lambda state: state))
        going.told.fails = True
        await going.start()
        await asyncio.gather(*going.tasks)
        before = going.run.next_look(5)
        going.told.fails = False
        await going.run.settle(lambda _: going.told)
        await going.run.settle(lambda _: going.told)
        return going, before, going.run.next_look(5)

    going, before, after = run(ran())

    assert (before, after) == (START + LOOK_EVERY, START + 5)
    assert going.told.ends == [(ID, "complete")]


@pytest.mark.parametrize(
    ("refusal", "told"),
    [
        (AuditUnavailable("perhaps"), [(ID, "dropped")]),
        (PositronicError("after a lost answer, perhaps"), [(ID, "dropped")]),
        (TooManyRuns("no"), []),
    ],
)
def test_a_run_that_was_refused_is_nowhere(refusal: Exception, told: list[tuple[str, ...]]) -> None:
    """It is taken back where it may have been recorded, and its object is deleted at once."""

    async def refused() -> tuple[Going, int]:
        going = Going(brain("b").step("One", lambda state: state))

        async def announce() -> None:
            raise refusal

        with pytest.raises(type(refusal)):
            await going.start(announce)
        return going, going.run.next_look(5)

    going, look = run(refused())

    assert going.told.ends == told
    assert not going.run.event_log.is_there
    assert look == 5
    assert going.run.kept() is None


def test_a_start_that_was_broken_off_is_taken_back() -> None:
    """Its process ended after it was announced: no step has run."""
    going = Going(brain("b").step("One", lambda state: state))
    going.run.event_log.open(replace(going.record, is_started=False))
    found = Run(ID, going.log, going.house.clock)
    before = found.next_look(5)
    run(found.settle(lambda _: going.told))

    assert (before, found.next_look(5)) == (START + LOOK_EVERY, 5)
    assert going.told.ends == [(ID, "dropped")]
    assert going.types() == []
