"""A run: broken off, too large, not settled; and what it leaves where it is kept."""

from __future__ import annotations

import asyncio
import gc
import io
import json
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import redirect_stdout
from dataclasses import replace
from typing import Any

import pytest

from positronic.brains import Brain, BrainSecrets, InvalidBrain, brain
from positronic.brains.discovery import find_brains
from positronic.brains.live_redactors import alive, within
from positronic.brains.log_guard import LogGuard
from positronic.cloudflare.run_log import RunLogFailed, SqlRunLog
from positronic.errors import AuditUnavailable, StoreFailed
from positronic.ledger.memory import MemoryLedger
from positronic.names import Project
from positronic.redact import Redactor
from positronic.runs import event_log, sse
from positronic.runs.event_log import EventLog
from positronic.runs.memory import MemoryRunLog
from positronic.runs.record import CopyRead, KeptEvent, RunLog, RunRecord
from positronic.runs.run import LOOK_EVERY, Run
from positronic.times import iso
from support.faults import FaultyLedger
from support.memory_service import SETTINGS, SHOP, START, Clock, House
from support.rows import events
from support.running import run

State = dict[str, Any]
RECORD = RunRecord(SHOP, "0" * 32, "a brain", START, "request", None)
FIRST = {"type": "brain:start", "options": {"a": 1}, "brainTitle": "a brain", "initialState": {}}
DAY = 24 * 3600 * 1000
COPIED = (CopyRead({"KEY": 1}, START),)


class Place:
    """Where a run is kept, looked at anew as after a restart."""

    def __init__(self, kind: str) -> None:
        self._sql = sqlite3.connect(":memory:")
        self._memory = MemoryRunLog()
        self._kind = kind

    def log(self) -> RunLog:
        return self._memory if self._kind == "memory" else SqlRunLog(self._run)

    def tables(self) -> int:
        return len(self._run("SELECT name FROM sqlite_master"))

    def _run(self, query: str, *values: str | int) -> Sequence[Sequence[Any]]:
        return self._sql.execute(query, values).fetchall()

    def close(self) -> None:
        self._sql.close()


@pytest.fixture(params=["memory", "sql"])
def place(request: pytest.FixtureRequest) -> Any:  # noqa: ANN401 - an iterator of Place
    found = Place(request.param)
    yield found
    found.close()


def test_a_run_whose_database_fails_is_no_refusal_of_the_caller() -> None:
    """It is the operator's to know, and not an answer about the project's ledger."""

    def fails(*_: object) -> Sequence[Sequence[Any]]:
        raise StoreFailed("the project's database failed")

    with pytest.raises(RunLogFailed):
        SqlRunLog(fails)


def texts(log: RunLog) -> list[dict[str, Any]]:
    return [json.loads(event.text) for event in log.events(0, 1000)]


def test_a_log_keeps_what_it_is_given(place: Place) -> None:
    """A record and events come back as they were, in order, from a number on, at most so many."""
    full = RunRecord(
        *(SHOP, "1" * 32, "title", 1, "id", "127.0.0.1", "error", 2, 3, "0" * 32),
        error={"name": "E", "message": "m"},
        copied=(CopyRead({"KEY": 3}, 17), CopyRead({"OTHER": 1}, 18)),
        settled=1,
    )
    log = place.log()
    log.save(RECORD)
    log.save(full)
    for number in range(1, 6):
        log.put(KeptEvent(number, f"{number}"))
    log.put(KeptEvent(2, "another"))

    assert place.log().load() == full
    assert place.log().events(1, 2) == [KeptEvent(2, "another"), KeptEvent(3, "3")]
    assert len(place.log().events(0, 99)) == 5


def test_a_look_leaves_nothing() -> None:
    """Asking for a run that is none makes no table: nobody pays for a guess."""
    place = Place("sql")
    found = Run("0" * 32, place.log(), Clock())

    assert found.kept() is None
    assert list(place.log().events(0, 10)) == []
    assert place.tables() == 0
    place.close()


def test_a_run_found_running_was_broken_off(place: Place) -> None:
    """Its last event says so, once, with the options of the first."""
    before = EventLog(place.log())
    before.open(RECORD)
    before.append(FIRST)
    Run(RECORD.id, place.log(), Clock())
    found = Run(RECORD.id, place.log(), Clock())

    assert found.event_log.record.status == "interrupted"
    assert found.event_log.record.completed_at == START
    assert texts(place.log())[1:] == [
        {
            "type": "brain:interrupted",
            "options": {"a": 1},
            "brainRunId": RECORD.id,
            "brainTitle": "a brain",
            "status": "interrupted",
            "time": iso(START),
        }
    ]


def test_what_a_broken_off_run_read_from_copies_is_recorded_later(place: Place) -> None:
    """The next who comes by records the versions; nobody does twice, nor after a lost answer."""
    before = EventLog(place.log())
    before.open(RECORD)
    before.change(copied=(CopyRead({"KEY": 3, "OTHER": 1}, 17), CopyRead({"LAST": 2}, 18)))
    house = House()
    run(Run(RECORD.id, place.log(), house.clock).settle(house.service.run_recorder))
    EventLog(place.log()).change(settled=1)  # as if the last answer had not arrived
    run(Run(RECORD.id, place.log(), house.clock).settle(house.service.run_recorder))
    last, first = events(house.ledger())

    assert (first.action, first.names) == ("brain.read", ("KEY", "OTHER"))
    assert first.details == {"from": "copy", "readAt": 17, "versions": {"KEY": 3, "OTHER": 1}}
    assert last.details == {"from": "copy", "readAt": 18, "versions": {"LAST": 2}}
    assert first.actor == {"type": "brain", "id": RECORD.id, "name": "a brain"}
    assert first.request_id == "request"


def test_when_somebody_has_to_come_by() -> None:
    """Soon while it runs or is not settled, then when it is kept no longer."""
    found = Run(RECORD.id, MemoryRunLog(), Clock())
    found.event_log.open(RECORD)
    looks = [found.next_look(DAY)]
    found.event_log.change(status="complete", completed_at=START - 5, copied=COPIED)
    looks.append(found.next_look(DAY))
    found.event_log.change(settled=1)
    looks.append(found.next_look(DAY))
    found.event_log.change(is_told=True)
    looks.append(found.next_look(DAY))

    assert looks == [*[START + LOOK_EVERY] * 3, START - 5 + DAY]


async def read(state: State, secrets: BrainSecrets) -> State:
    return {**state, "key": await secrets.get("KEY")}


READER = brain("reader").step("Read", read)


def house_with(ledger: FaultyLedger, *brains: Brain) -> House:
    house = House(brains=brains, around=lambda _: ledger)
    house.put("KEY")
    return house


def committing(spare: int) -> FaultyLedger:
    """A ledger that makes so many commits."""
    ledger = FaultyLedger(MemoryLedger(), spare=spare)
    ledger.failing_calls = {"commit"}
    return ledger


def actions(ledger: FaultyLedger) -> set[str]:
    return {event.action for event in events(ledger)}


def test_a_run_that_cannot_be_announced_does_not_start() -> None:
    """Without the event, there is no run."""
    ledger = committing(1)
    house = house_with(ledger, READER)
    answer = house.call("POST", "/brains/runs", {"identifier": "reader"})

    assert (answer.status, answer.code) == (503, "audit_unavailable")
    assert actions(ledger) == {"secret.bulk"}


def test_reads_that_cannot_be_recorded() -> None:
    """What cannot be recorded is not read: the step fails, and has no value."""
    ledger = committing(2)
    house = house_with(ledger, READER)
    run_id = house.call("POST", "/brains/runs", {"identifier": "reader"}).json["brainRunId"]
    found = house.call("GET", f"/brains/runs/{run_id}").json
    told = house.call("GET", f"/brains/runs/{run_id}/watch").body.decode()

    assert (found["status"], found["error"]["name"]) == ("error", "StoreFailed")
    assert "brain:complete" not in told
    assert "value of KEY" not in told
    assert actions(ledger) == {"secret.bulk", "brain.run"}


def test_a_state_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """The run ends with an error that says so."""
    monkeypatch.setattr(event_log, "MAX_EVENT", 1000)
    house = House(brains=[brain("large").step("Grow", lambda state: {**state, "x": "y" * 1000})])
    run_id = house.call("POST", "/brains/runs", {"identifier": "large"}).json["brainRunId"]
    found = house.call("GET", f"/brains/runs/{run_id}").json

    assert (found["status"], found["error"]["code"]) == ("error", "too_large")


def test_a_run_with_too_many_events(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is stopped; its last event comes nevertheless."""
    monkeypatch.setattr(event_log, "MAX_EVENTS", 5)
    steps = brain("long")
    for number in range(9):
        steps = steps.step(f"Step {number}", lambda state: state)
    house = House(brains=[steps])
    run_id = house.call("POST", "/brains/runs", {"identifier": "long"}).json["brainRunId"]
    told = house.call("GET", f"/brains/runs/{run_id}/watch").body.decode()

    assert told.count("\n\n") == 6
    assert "too_large" in told


def test_a_step_that_ends_the_process() -> None:
    """It ends its run and nothing else."""

    def leave(state: State) -> State:
        raise SystemExit(1)

    house = House(brains=[brain("leaving").step("Leave", leave)])
    run_id = house.call("POST", "/brains/runs", {"identifier": "leaving"}).json["brainRunId"]

    assert house.call("GET", f"/brains/runs/{run_id}").json["status"] == "error"


def test_a_watcher_of_a_quiet_run_hears_that_it_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without news there is a comment from time to time; then the news come."""
    monkeypatch.setattr(sse, "QUIET", 0.0)
    kept = EventLog(MemoryRunLog())
    kept.open(RECORD)

    async def watched() -> list[bytes]:
        parts: AsyncIterator[bytes] = sse.follow(kept, 0)
        found = [await anext(parts)]
        kept.end([FIRST], status="complete")
        found += [part async for part in parts]
        return found

    alive, event = asyncio.run(watched())

    assert alive == sse.ALIVE
    assert event.startswith(b"id: 1\ndata: {")


def test_a_watcher_that_gives_up_while_it_waits_disturbs_nobody() -> None:
    """The events that come at that very moment are kept, and another watcher is sent them."""
    kept = EventLog(MemoryRunLog())
    kept.open(RECORD)

    async def watched() -> bytes:
        leaving, staying = (asyncio.ensure_future(anext(sse.follow(kept, 0))) for _ in range(2))
        await asyncio.sleep(0)
        leaving.cancel()
        kept.append(FIRST)
        kept.append(FIRST)
        await asyncio.gather(leaving, return_exceptions=True)
        return await staying

    assert asyncio.run(watched()).startswith(b"id: 1\ndata: {")


@pytest.mark.parametrize("how", ["is cancelled", "hears nothing"])
def test_a_watcher_that_gave_up_is_forgotten(how: str) -> None:
    """A run that goes on for days does not gather what those who left were waiting for."""
    kept = EventLog(MemoryRunLog())
    kept.open(RECORD)

    def waited_for() -> int:
        gc.collect()
        return sum(isinstance(one, asyncio.Future) for one in gc.get_objects())

    async def give_up() -> None:
        waiting = asyncio.ensure_future(kept.news(0.0 if how == "hears nothing" else 60.0))
        await asyncio.sleep(0)
        if how == "is cancelled":
            waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)

    async def left() -> int:
        await give_up()
        before = waited_for()
        for _ in range(20):
            await give_up()
        return waited_for() - before

    assert asyncio.run(left()) == 0


@pytest.mark.parametrize("text", ["x", "-1", "1.0", "", "٣", "1" * 10])
def test_an_id_that_no_event_has(text: str) -> None:
    """Last-Event-ID that is no number is refused."""
    house = House(brains=[READER])
    house.put("KEY")
    run_id = house.call("POST", "/brains/runs", {"identifier": "reader"}).json["brainRunId"]
    answer = house.call("GET", f"/brains/runs/{run_id}/watch", headers={"last-event-id": text})

    assert (answer.status, answer.code) == (400, "invalid_request")


def test_a_rerun_of_a_run_that_goes_on() -> None:
    """It is a conflict; and so is nothing else."""
    house = House(brains=[READER])
    kept = EventLog(MemoryRunLog())
    kept.open(RECORD)
    run_ids: list[str] = []

    async def at(
        project: Project, run_id: str, _: int
    ) -> tuple[RunRecord, Sequence[KeptEvent]] | None:
        run_ids.append(run_id)
        return RECORD, []

    object.__setattr__(house.service.runtime.runs, "kept", at)
    answer = house.call("POST", "/brains/runs/rerun", {"runId": RECORD.id, "startsAt": 1})

    assert run_ids == [RECORD.id]
    assert (answer.status, answer.code) == (404, "not_found")  # its brain is gone
    house = House(brains=[brain(RECORD.title).step("One", lambda state: state)])
    object.__setattr__(house.service.runtime.runs, "kept", at)
    answer = house.call("POST", "/brains/runs/rerun", {"runId": RECORD.id, "startsAt": 1})
    assert (answer.status, answer.code) == (409, "conflict")


@pytest.mark.parametrize("days", ["0", "x", "", "-1", "36501", "1.5"])
def test_a_retention_that_is_no_number_of_days(days: str) -> None:
    """It is said to whoever asks, before anything is done."""
    house = House(settings=replace(SETTINGS, run_retention_days=days), brains=[READER])
    answer = house.call("POST", "/brains/runs", {"identifier": "reader"})

    assert (answer.status, answer.code) == (503, "not_configured")
    assert answer.json["error"] == "RUN_RETENTION_DAYS must be a number from 1 to 36500"


class Module:
    """A file with what it defines."""

    def __init__(self, **names: object) -> None:
        self.__dict__.update(names)


def test_brains_are_found() -> None:
    """Each file's brains, the last stage of each, and one that several files share once."""
    shared = brain("shared").step("One", lambda state: state)
    first = brain("first").brain("Inside", shared, lambda state, _: state)
    last = first.step("Two", lambda state: state)
    found = find_brains(
        {"a.py": Module(shared=shared, x=1), "b.py": Module(b=last, a=first, s=shared)}
    )

    assert [(one.title, len(one)) for one in found.all()] == [("first", 2), ("shared", 1)]


@pytest.mark.parametrize(
    "modules",
    [
        {"a.py": Module(x=brain("one")), "b.py": Module(y=brain("one"))},
        {
            "a.py": Module(x=brain("one").step("A", lambda state: state)),
            "b.py": Module(y=brain("one").step("B", lambda state: state)),
        },
    ],
)
def test_two_files_with_one_title(modules: dict[str, object]) -> None:
    """A title that stands twice is refused, with both files' names."""
    with pytest.raises(
        InvalidBrain, match=r"a\.py and b\.py both have a brain with the title 'one'"
    ):
        find_brains(modules)


def test_one_file_with_two_brains_of_one_title() -> None:
    """Neither grew out of the other: refused."""
    one = brain("one").step("A", lambda state: state)
    other = brain("one").step("B", lambda state: state)

    with pytest.raises(InvalidBrain, match=r"a\.py has two brains with the title 'one'"):
        find_brains({"a.py": Module(x=one, y=other)})


def test_what_one_run_leaves_behind_is_told_in_the_middle_of_another() -> None:
    """A line that is written within one run is searched for what every other has read."""
    written = io.StringIO()
    mine, other = Redactor(), Redactor()
    mine.add("MINE", "value-of-mine")
    other.add("OTHER", "value-of-other")
    alive(mine)
    alive(other)
    with within(mine):
        LogGuard(written).write("value-of-other met value-of-mine\n")

    assert written.getvalue() == "[secret:OTHER] met [secret:MINE]\n"


def test_unavailable_is_said_so() -> None:
    """Settling a run whose reads of copies cannot be recorded raises, so that it is tried again."""
    house = House(around=lambda _: committing(0))
    found = Run(RECORD.id, MemoryRunLog(), house.clock)
    found.event_log.open(RECORD)
    found.event_log.change(status="error", copied=COPIED)

    with pytest.raises(AuditUnavailable):
        run(found.settle(house.service.run_recorder))
    assert not found.event_log.record.is_settled


def test_a_value_that_was_printed_before_it_was_read() -> None:
    """It is taken out of what is stored, before the run gets it; a short one where it is a line."""

    def tell(state: State) -> State:
        print(f"{state['word']}\n{state['pin']}\nno {state['pin']}")  # noqa: T201
        return {}

    async def use(secrets: BrainSecrets) -> State:
        await secrets.get_many(["WORD", "PIN"])
        return {}

    house = House(brains=[brain("tells").step("Tell", tell).step("Use", use)])
    house.call("POST", "/secrets", {"name": "WORD", "value": "canary\n4711"})
    house.call("POST", "/secrets", {"name": "PIN", "value": "0815"})
    sent = {"identifier": "tells", "initialState": {"word": "canary\n4711", "pin": "0815"}}
    with redirect_stdout(LogGuard(io.StringIO())):
        run_id = house.call("POST", "/brains/runs", sent).json["brainRunId"]
    told = house.call("GET", f"/brains/runs/{run_id}/watch").body.decode()

    assert '"text":"[secret:WORD]\\n[secret:PIN]\\nno 0815"' in told


def test_each_event_has_its_time() -> None:
    """So that a watcher, also a later one, knows how long each step took."""
    house = House(brains=[brain("steps").step("One", lambda state: state)])
    run_id = house.call("POST", "/brains/runs", {"identifier": "steps"}).json["brainRunId"]
    told = house.call("GET", f"/brains/runs/{run_id}/watch").body.decode()

    assert told.count('"time":"2026-') == told.count("\ndata: ") == 7
