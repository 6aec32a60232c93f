"""What is promised of the index of runs, and of how many runs and watches a token may have."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from contracts.commanding import TOKEN_ID, Commanding, command, issue, shown
from contracts.ledger_world import LedgerWorld
from contracts.suite import Suite, raises
from positronic.access.tokens import ID
from positronic.commands.command import Command, TokenShown
from positronic.commands.run_states import LATE
from positronic.errors import InvalidRequest, TooManyRuns, TooManyWatches, Unauthenticated
from positronic.ledger.event_rows import ChainedEvent
from positronic.ledger.run_rows import RUNS
from positronic.ledger.watch_rows import LEASE, WATCHERS
from positronic.roles import SCHEDULE, Principal, Role
from positronic.rows import Put
from positronic.run_limits import RunLimits
from positronic.times import DAY

SUITE: Suite[LedgerWorld] = Suite("run_states")

ROOT = Principal("root", "root", Role.ROOT, None)
FEW = RunLimits(runs_per_token=2, runs_per_project=3, watches_per_token=2)
AT = 1_795_500_000_000


def run_id(number: int) -> str:
    return f"{number:032x}"


def new_run(
    action: str,
    number: int,
    caller: Principal | TokenShown = ROOT,
    *,
    title: str = "a brain",
    at: int = AT,
) -> Command:
    given: dict[str, Any] = {"title": title, "at": at, "timeLimit": 60}
    return command(action, caller, run=run_id(number), **given)


def begun(number: int, caller: Principal | TokenShown = ROOT, **more: Any) -> Command:  # noqa: ANN401
    return new_run("brain.run", number, caller, **more)


def ended(number: int, status: str = "complete", at: int = AT + 5) -> Command:
    return command("run.end", run=run_id(number), status=status, at=at)


def watch(
    what: str, number: int, until: int = AT + LEASE, caller: Principal | TokenShown = ROOT
) -> Command:
    return command(f"watch.{what}", caller, id=run_id(number), until=until)


async def listed(
    place: Commanding, limit: int = 1000, status: str | None = None, brain: str | None = None
) -> list[list[Any]]:
    """Every page of it."""
    found: list[list[Any]] = []
    cursor = None
    while not found or cursor:
        items, cursor = await place.run(
            command("run.list", cursor=cursor, limit=limit, status=status, brain=brain)
        )
        found += items
        if not items and not cursor:
            return found
    return found


async def statuses(
    place: Commanding, status: str | None = None, brain: str | None = None
) -> dict[int, str]:
    found = await listed(place, status=status, brain=brain)
    return {int(one[0], 16): one[6] for one in found}


@SUITE.check
async def check_a_run_and_its_end(world: LedgerWorld) -> None:
    """It is listed from the commit of its event on, which says its id, and once it ended, how."""
    place = Commanding(world)
    await place.run(issue(), begun(1, shown()))
    (running,) = await listed(place)
    await place.run(ended(1, "error"), ended(1, "error"))
    (over,) = await listed(place)
    started = place.events()[0]

    assert running == [run_id(1), "a brain", AT, 60, TOKEN_ID, "ci", "running", None, None, None]
    assert over == [*running[:6], "error", AT + 5, None, None]
    assert ID.fullmatch(str(running[4]))
    assert isinstance(started, ChainedEvent)
    assert (started.event.action, started.event.names) == ("brain.run", ("a brain",))
    assert started.event.details == {"run": run_id(1)}


@SUITE.check
async def check_newest_first(world: LedgerWorld) -> None:
    """In pages, also of runs that began at the same time, and by status and brain."""
    place = Commanding(world)
    for number in range(7):
        title = "odd" if number % 2 else "even"
        await place.run(begun(number, title=title, at=AT + number // 2))
    await place.run(ended(2), ended(3))
    found = [int(one[0], 16) for one in await listed(place, limit=2)]

    assert [number // 2 for number in found] == [3, 2, 2, 1, 1, 0, 0]
    assert sorted(found) == list(range(7))
    assert await statuses(place, status="complete") == {2: "complete", 3: "complete"}
    assert await statuses(place, brain="even", status="complete") == {2: "complete"}
    assert {*await statuses(place, brain="odd")} == {1, 3, 5}


@SUITE.check
async def check_runs_at_once(world: LedgerWorld) -> None:
    """Of a token and of a project: a refused one is nowhere, one that ended does not count."""
    place = Commanding(world, run_limits=FEW)
    await place.run(issue(), begun(1, shown()), begun(2, shown()))
    own = await raises(TooManyRuns, place.run(begun(3, shown())))
    await place.run(begun(4))
    all_ = await raises(TooManyRuns, place.run(begun(5)))
    before = len(place.events())
    await place.run(ended(1), begun(6, shown()))

    assert own.message == "this token has 2 runs at once, which is the most it may have"
    assert all_.message == "the project has 3 runs at once, which is the most it may have"
    assert await statuses(place, status="running") == dict.fromkeys((2, 4, 6), "running")
    assert len(place.events()) == before + 1


@SUITE.check
async def check_the_schedule_is_one(world: LedgerWorld) -> None:
    """Each start has a token of its own; together they have as many runs at once as one token."""
    place = Commanding(world, run_limits=FEW)
    first, second, third = (f"{number:016x}" for number in range(3))
    await place.run(*(issue(one, SCHEDULE) for one in (first, second, third)))
    await place.run(begun(1, shown(id_=first)), begun(2, shown(id_=second)))
    await raises(TooManyRuns, place.run(begun(3, shown(id_=third))))
    await place.run(begun(4), ended(1), ended(4), begun(5, shown(id_=third)))

    assert await statuses(place, status="running") == {2: "running", 5: "running"}


@SUITE.check
async def check_who_is_not_the_schedule(world: LedgerWorld) -> None:
    """A token that somebody named so takes no room from scheduled runs: the issuer decides."""
    place = Commanding(world, run_limits=replace(FEW, runs_per_token=1))
    named = issue()
    named = named._replace(arguments={**named.arguments, "name": SCHEDULE.name})
    scheduled = f"{1:016x}"
    await place.run(named, issue(scheduled, SCHEDULE), begun(1, shown()))
    await place.run(begun(2, shown(id_=scheduled)))
    tokens, _ = await place.run(command("token.list", cursor=None, limit=10))

    assert {one[0]: one[-1] for one in tokens} == {TOKEN_ID: "root", scheduled: "schedule"}
    assert {one[4] for one in await listed(place)} == {TOKEN_ID, "schedule"}


@SUITE.check
async def check_nobody_overtakes_the_limit(world: LedgerWorld) -> None:
    """Of runs that are started at the same moment, as many start as may."""
    place = Commanding(world, run_limits=FEW)
    tries = [place.place().run(begun(number)) for number in range(8)]
    found = await asyncio.gather(*tries, return_exceptions=True)

    assert [type(one) for one in found if one is not None] == [TooManyRuns] * 6
    assert len(await statuses(place)) == 2


@SUITE.check
async def check_what_is_no_end(world: LedgerWorld) -> None:
    """No run ends as running, or in a way that is not documented, or if there is none."""
    place = Commanding(world)
    await place.run(begun(1))
    for status in ("running", "unknown"):
        await raises(InvalidRequest, place.run(ended(1, status)))
    await place.run(ended(2))
    await raises(InvalidRequest, place.run(begun(1)))

    assert await statuses(place) == {1: "running"}


@SUITE.check
async def check_taken_back(world: LedgerWorld) -> None:
    """A run that did not start is listed no longer, however often that is said."""
    place = Commanding(world)
    await place.run(begun(1), begun(2), *(command("run.drop", run=run_id(1)) for _ in range(2)))

    assert await statuses(place) == {2: "running"}


@SUITE.check
async def check_retention(world: LedgerWorld) -> None:
    """What is not kept is not listed, and then removed; what was lost is interrupted."""
    place = Commanding(world, run_limits=RunLimits(retention=DAY))
    await place.run(begun(1), ended(1), begun(2), begun(3, at=AT + 3 * DAY))
    place.clock.now = AT + 5 + DAY + 1
    hidden = await statuses(place)
    place.clock.now = AT + LATE + 3 * DAY
    has_more = await place.run(command("run.trim"))

    assert hidden == {2: "running", 3: "running"}
    assert has_more is False
    assert await statuses(place) == {2: "interrupted", 3: "running"}
    assert place.ledger.count(RUNS.kind) == 2


@SUITE.check
async def check_an_unreadable_run(world: LedgerWorld) -> None:
    """It is listed by its id, stops nothing, and is gone when its run has ended."""
    place = Commanding(world)
    await place.run(begun(1), begun(2))
    place.ledger.commit([Put(RUNS.kind, run_id(1), "{}", (5, "root", None))], {})
    found = await listed(place)
    await place.run(ended(1))

    assert found[0] == [run_id(1)]
    assert await statuses(place) == {2: "running"}


@SUITE.check
async def check_watches_at_once(world: LedgerWorld) -> None:
    """Of a token, also of those that begin at the same moment; each leaves room when it ends."""
    place = Commanding(world, run_limits=FEW)
    tries = [place.place().run(watch("begin", n)) for n in range(5)]
    found = await asyncio.gather(*tries, return_exceptions=True)
    held = [int(row.id, 16) for row in place.ledger.list(WATCHERS.kind)]
    await place.run(command("watch.end", id=run_id(held[0])))
    await place.run(watch("begin", 9))
    await raises(TooManyWatches, place.run(watch("begin", 10)))
    await place.run(watch("begin", 9))  # sent again

    assert [type(one) for one in found if one is not None] == [TooManyWatches] * 3
    assert place.events() == []


@SUITE.check
async def check_a_watch_that_broke_off(world: LedgerWorld) -> None:
    """It counts no longer after a while, unless it is renewed, and leaves no row behind."""
    place = Commanding(world, run_limits=FEW)
    await place.run(*[watch("begin", n) for n in range(2)])
    place.clock.now += LEASE - 1
    await place.run(watch("renew", 0, AT + 2 * LEASE))
    place.clock.now += 2
    await place.run(watch("begin", 2, AT + 2 * LEASE))

    assert {int(row.id, 16) for row in place.ledger.list(WATCHERS.kind)} == {0, 2}


@SUITE.check
async def check_a_watch_whose_place_was_taken(world: LedgerWorld) -> None:
    """One that was not renewed in time goes on only if there is still room."""
    place = Commanding(world, run_limits=FEW)
    await place.run(*[watch("begin", n) for n in range(2)])
    place.clock.now += LEASE
    await place.run(watch("begin", 2, AT + 2 * LEASE), watch("renew", 0, AT + 2 * LEASE))

    await raises(TooManyWatches, place.run(watch("renew", 1, AT + 2 * LEASE)))


@SUITE.check
async def check_a_watch_ends_with_its_token(world: LedgerWorld) -> None:
    """A token that was revoked cannot renew one."""
    place = Commanding(world)
    await place.run(issue(), watch("begin", 1, caller=shown()))
    await place.run(command("token.revoke", id=TOKEN_ID))

    await raises(Unauthenticated, place.run(watch("renew", 1, caller=shown())))


@SUITE.check
async def check_a_command_sent_again(world: LedgerWorld) -> None:
    """Its run is there once, and its answer is the first one."""
    place = Commanding(world, run_limits=replace(FEW, runs_per_token=1))
    first = begun(1)
    await place.run(first, first)

    assert await statuses(place) == {1: "running"}
    assert len(place.events()) == 1
