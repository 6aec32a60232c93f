"""What a run reads while it goes on: recorded, and taken out of what was told before."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

import pytest

from positronic.api.session import Session
from positronic.audit.events import Origin
from positronic.brains import Brain, BrainSecrets, brain
from positronic.brains.patches import apply
from positronic.brains.run_redactor import RunRedactor
from positronic.ciphers.native import NativeCipher
from positronic.commands.asking import Send
from positronic.commands.command import Command
from positronic.commands.run_commands import READ
from positronic.errors import Conflict
from positronic.roles import Principal, Role
from positronic.runs.event_redactor import EventRedactor
from positronic.runs.memory import MemoryRunLog
from positronic.runs.plan import RunPlan, retold
from positronic.runs.record import RunRecord
from positronic.runs.run import Run
from positronic.secrets.sealer import Sealer
from px.testing.ledger_contents import seed
from support.memory_service import SHOP, START, Counting, House
from support.rows import events

State = dict[str, Any]
RECORD = RunRecord(SHOP, "0" * 32, "a brain", START, "request", None)
KEY = "postgres://user:pass/word@host/db"
OTHER = "another value that was sent"


async def keep(state: State) -> State:
    return state


class SlowSend:
    """Says when it was asked to record a read, and waits until it may."""

    def __init__(self, send: Send) -> None:
        self.asked, self.may = asyncio.Event(), asyncio.Event()
        self._send = send

    async def __call__(self, command: Command) -> object:
        if command.action == READ:
            self.asked.set()
            await self.may.wait()
        return await self._send(command)


class Going:
    """One run that goes on as in the Worker: beside whoever looks at it."""

    def __init__(self, found: Brain) -> None:
        self.house = House()
        self.slow: SlowSend | None = None
        self.run = Run(RECORD.id, MemoryRunLog(), self.house.clock)
        self._brain = found
        self.tasks: list[asyncio.Task[None]] = []

    async def start(self, state: State, options: State | None = None, slow: bool = False) -> None:
        service, values = self.house.service, {"KEY": KEY, "OTHER": OTHER}
        sealer = Sealer(SHOP, NativeCipher(), service.keyring(), Counting())
        await seed(self.house.ledger(), sealer, values, START)
        if slow:
            self.slow = SlowSend(service.runtime.send)
            service = replace(service, runtime=replace(service.runtime, send=self.slow))
        root = Principal("root", "root", Role.ROOT, None)
        means = Session(service, SHOP, root, Role.WRITER, Origin("r", None)).run_resources(RECORD)
        plan = RunPlan(self._brain, options or {}, state)
        means = replace(means, in_background=self._background)
        await self.run.start(RECORD, plan, means, _announced)

    def told(self) -> str:
        kept = self.run.kept()
        return "\n".join(event.text for event in kept[1]) if kept else ""

    def _background(self, work: Coroutine[None, None, None]) -> None:
        self.tasks.append(asyncio.ensure_future(work))


async def _announced() -> None:
    return


def test_a_value_goes_when_it_is_read() -> None:
    """Not with the next event: a step may go on for long after it has read one."""
    read, may_end = asyncio.Event(), asyncio.Event()

    async def slowly(state: State, secrets: BrainSecrets) -> State:
        await secrets.get("KEY")
        read.set()
        await may_end.wait()
        return state

    async def looked() -> tuple[str, str]:
        going = Going(brain("a brain").step("Slow", slowly))
        await going.start({"sent": KEY})
        before = going.told()
        await read.wait()
        during = going.told()
        may_end.set()
        await asyncio.gather(*going.tasks)
        return before, during

    before, during = asyncio.run(looked())

    assert KEY in before
    assert KEY not in during
    assert "[secret:KEY]" in during


def test_a_watcher_who_is_slow_gets_no_older_text() -> None:
    """What waits to be sent to somebody is not held as it was before a value was read."""
    may_read, read, may_end = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slowly(state: State, secrets: BrainSecrets) -> State:
        await may_read.wait()
        await secrets.get("KEY")
        read.set()
        await may_end.wait()
        return state

    async def watched() -> list[bytes]:
        going = Going(brain("a brain").with_options({"word": ""}).step("Slow", slowly))
        await going.start({}, {"word": KEY})
        await asyncio.sleep(0)
        parts = going.run.watch(0)
        found = [await anext(parts)]
        may_read.set()
        await read.wait()
        found.append(await anext(parts))
        may_end.set()
        await asyncio.gather(*going.tasks)
        return [*found, *[part async for part in parts]]

    first, *later = asyncio.run(watched())

    assert KEY.encode() in first
    assert KEY.encode() not in b"".join(later)


def test_a_value_that_became_a_key() -> None:
    """A patch spells `/` in a key as `~1`: it is made anew, and the state comes out the same."""

    async def as_key(state: State) -> State:
        return {**state, "by": {state["sent"]: 1}}

    async def again(state: State) -> State:
        return {**state, "by": {**state["by"], state["sent"] + "?": 2}}

    async def read(state: State, secrets: BrainSecrets) -> State:
        return {"known": await secrets.get("KEY")}

    async def kept() -> Going:
        steps = brain("a brain").step("Key", as_key).step("Again", again).step("Read", read)
        going = Going(steps)
        await going.start({"sent": KEY})
        await asyncio.gather(*going.tasks)
        return going

    going = asyncio.run(kept())
    events = (going.run.kept() or (None, []))[1]

    assert KEY.replace("/", "~1") not in going.told()
    assert "pass~1word" not in going.told()
    assert retold(events).state == {"known": "[secret:KEY]"}
    assert retold(events).before(3) == {
        "sent": "[secret:KEY]",
        "by": {"[secret:KEY]": 1, "[secret:KEY]?": 2},
    }


@pytest.mark.parametrize(
    "word", ["running", "brain:start", "status", "options", "replace", "path", "patch", "1"]
)
def test_a_value_that_is_a_word_of_ours(word: str) -> None:
    """It goes where a brain or a caller put it; the events are events still."""
    redactor = RunRedactor()
    redactor.add("WORD", word)
    start = {
        "type": "brain:start",
        "brainTitle": "t",
        "brainRunId": "1",
        "status": "running",
        "options": {"o": word},
        "initialState": {"list": [0, 0, word]},
    }
    ends = {
        "type": "step:complete",
        "stepTitle": "s",
        "status": "running",
        "options": {"o": word},
        "patch": [{"op": "replace", "path": "/list/1", "value": word}],
    }
    short = {**ends, "patch": [{"op": "add", "path": f"/{word}", "value": 1}]}
    cleaning = EventRedactor(redactor)
    cleaned = [cleaning.cleaned(start), cleaning.cleaned(ends), cleaning.cleaned(short)]
    found = [{name: one[name] for name in one if name != "redactedAt"} for one in cleaned]

    assert found[0] == start | {
        "options": {"o": "[secret:WORD]"},
        "initialState": {"list": [0, 0, "[secret:WORD]"]},
    }
    assert found[1] == ends | {
        "options": {"o": "[secret:WORD]"},
        "patch": [{"op": "replace", "path": "/list/1", "value": "[secret:WORD]"}],
    }
    assert found[2]["patch"] == [{"op": "add", "path": "/[secret:WORD]", "value": 1}]


def test_events_without_a_value_stay() -> None:
    """Each is itself; the next one that has a value leads on from their state."""
    redactor = RunRedactor()
    redactor.add("KEY", KEY)
    start: State = {"type": "brain:start", "options": {}, "initialState": {"a": [1, 2]}}
    completes: State = {"type": "step:complete", "options": {}}
    removed = {**completes, "patch": [{"op": "remove", "path": "/a/0"}]}
    added = {**completes, "patch": [{"op": "add", "path": "/b~1", "value": 1}]}
    patch = [{"op": "add", "path": "/c", "value": [KEY]}, {"op": "remove", "path": "/b~1"}]
    cleaning = EventRedactor(redactor)
    same = [cleaning.cleaned(event) is event for event in (start, removed, added)]
    found = cleaning.cleaned({**completes, "patch": patch})

    assert same == [True, True, True]
    assert apply({"a": [2], "b/": 1}, [found["patch"]]) == {"a": [2], "c": ["[secret:KEY]"]}


def test_markers_that_do_not_fit() -> None:
    """They can be longer than what they stand for: then nothing of it is told."""
    redactor = RunRedactor()
    redactor.add("N" * 100, "x")
    event = {"type": "brain:start", "options": {}, "initialState": {"all": ["x"] * 100_000}}

    assert EventRedactor(redactor).cleaned(event)["initialState"] == {}


def test_what_is_read_when_the_run_ends() -> None:
    """A task that a step left behind reads while the run ends: recorded, and given to nobody."""
    started: list[SlowSend] = []
    late: list[asyncio.Task[str]] = []

    async def read(state: State, secrets: BrainSecrets) -> State:
        late.append(asyncio.ensure_future(secrets.get("OTHER")))
        await started[0].asked.wait()
        return state

    async def ended() -> Going:
        going = Going(brain("a brain").step("Read", read))
        await going.start({}, slow=True)
        assert going.slow
        started.append(going.slow)
        await asyncio.gather(*going.tasks)
        going.slow.may.set()
        with pytest.raises(Conflict, match="the run is over"):
            await late[0]
        return going

    going = asyncio.run(ended())

    assert [event.names for event in events(going.house.ledger())] == [("OTHER",)]


def test_nothing_is_read_after_the_end() -> None:
    """A task that a step left behind is refused: nobody would record it in time."""
    may_read = asyncio.Event()
    late: list[asyncio.Task[str]] = []

    async def leave(state: State, secrets: BrainSecrets) -> State:
        async def later() -> str:
            await may_read.wait()
            return await secrets.get("KEY")

        late.append(asyncio.ensure_future(later()))
        return state

    async def ended() -> Going:
        going = Going(brain("a brain").step("Leave", leave))
        await going.start({})
        await asyncio.gather(*going.tasks)
        may_read.set()
        with pytest.raises(Conflict, match="the run is over"):
            await late[0]
        return going

    going = asyncio.run(ended())

    assert events(going.house.ledger()) == []
