"""What a host does by itself: each project in its turn, and no failure stops another one's."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from positronic.errors import StoreFailed
from positronic.names import Project
from px.serve.upkeep import HOUR, Upkeep

DAY = 24 * HOUR


class FakeAlarm:
    """Rings `steps` times until nothing is due; fails as long as `fails` says so."""

    def __init__(self, steps: int = 1, *, fails: bool = False) -> None:
        self.steps = steps
        self.fails = fails
        self.rung = 0
        self.rang = asyncio.Event()

    async def ring(self) -> None:
        self.rung += 1
        self.rang.set()
        if self.fails:
            raise StoreFailed("the database failed")

    def next(self) -> int | None:
        return 0 if self.rung % self.steps else 1000 * DAY


class SlowAlarm(FakeAlarm):
    """Its provider answers once it is told to; then something else is due."""

    def __init__(self) -> None:
        super().__init__(2)
        self.answers = asyncio.Event()

    async def ring(self) -> None:
        await super().ring()
        await self.answers.wait()


class World:
    """A clock, alarms by project, and what is reported."""

    def __init__(self, **alarms: FakeAlarm) -> None:
        self.now = DAY
        self.alarms = alarms
        self.told: list[str] = []
        self.reminded = 0
        self.swept: list[str] = []
        self.unswept: set[str] = set()
        self.upkeep = Upkeep(
            lambda: [Project(name) for name in alarms],
            lambda project: self.alarms[project],  # type: ignore[arg-type, return-value]
            self.sweep,
            self.remind,
            lambda: self.now,
            self.told.append,
        )

    async def sweep(self, project: Project) -> None:
        self.swept.append(project)
        if project in self.unswept:
            raise StoreFailed("the provider failed")

    async def remind(self) -> None:
        self.reminded += 1

    def round(self, milliseconds: int = 0) -> list[int]:
        """How often each has rung so far."""
        self.now += milliseconds
        asyncio.run(self.upkeep.round())
        return [alarm.rung for alarm in self.alarms.values()]


def test_values_are_swept_once_an_hour() -> None:
    """Each project's; a provider that fails stops nobody's, and is reported."""
    world = World(shop=FakeAlarm(), other=FakeAlarm())
    world.unswept.add("shop")
    asyncio.run(world.upkeep.round())
    asyncio.run(world.upkeep.round())
    world.now += HOUR
    asyncio.run(world.upkeep.round())

    assert world.swept == ["shop", "other"] * 2
    assert "the values of shop: store_failed: the provider failed" in world.told


def test_what_is_due_is_done_to_its_end() -> None:
    """And looked at again within the hour, as a change may have made something due."""
    world = World(a=FakeAlarm(3))

    assert world.round() == [3]
    assert world.round(HOUR - 1) == [3]
    assert world.round(1) == [6]


def test_a_failure_stops_no_other() -> None:
    """It is reported, and tried again later and later."""
    world = World(a=FakeAlarm(fails=True), b=FakeAlarm())

    assert world.round() == [1, 1]
    assert world.told == ["the ledger of a: store_failed: the database failed"]
    assert world.round(HOUR) == [2, 2]


def test_much_in_one_project_does_not_hold_up_the_others() -> None:
    """After some steps it is the next one's turn."""
    world = World(a=FakeAlarm(1000), b=FakeAlarm())

    assert world.round() == [20, 1]
    assert world.round() == [40, 1]


def running(work: Callable[[World], Awaitable[None]], world: World) -> None:
    """While the upkeep runs; it ends with the work."""

    async def both() -> None:
        upkeep = asyncio.ensure_future(world.upkeep.run())
        try:
            await work(world)
        finally:
            upkeep.cancel()
            await asyncio.gather(upkeep, return_exceptions=True)

    asyncio.run(both())


async def rung(alarm: FakeAlarm, times: int) -> None:
    async with asyncio.timeout(10):
        while alarm.rung < times:
            alarm.rang.clear()
            await alarm.rang.wait()


def test_a_slow_project_holds_up_no_other() -> None:
    """It is not asked twice at once, and looked at again once it has answered."""
    slow = SlowAlarm()

    async def work(world: World) -> None:
        for times in (1, 2, 3):
            await rung(world.alarms["b"], times)
            world.upkeep.wake(Project("a"), world.now)
            world.upkeep.wake(Project("b"), world.now)
        assert slow.rung == 1
        slow.answers.set()
        await rung(slow, 2)

    running(work, World(a=slow, b=FakeAlarm()))


def test_a_commit_wakes_at_once() -> None:
    """Also a project that waits after a failure, and one that was not there before."""

    async def work(world: World) -> None:
        await rung(world.alarms["a"], 1)
        world.alarms["new"] = FakeAlarm()
        world.upkeep.wake(Project("new"), world.now)
        await rung(world.alarms["new"], 1)
        world.alarms["a"].fails = False
        world.upkeep.wake(Project("a"), world.now)
        await rung(world.alarms["a"], 2)

    running(work, World(a=FakeAlarm(fails=True)))


def test_a_wake_while_it_fails_counts() -> None:
    """What was committed meanwhile does not wait for the pause after the failure."""
    alarm = FakeAlarm(fails=True)
    world = World(a=alarm)
    report = world.told.append

    def wake_once(line: str) -> None:
        report(line)
        if alarm.rung == 1:
            world.upkeep.wake(Project("a"), world.now)

    world.upkeep.report = wake_once
    assert world.round() == [1]
    assert world.round() == [2]
    assert world.round() == [2]


def test_what_is_due_later_is_done_then() -> None:
    """A wake for later rings later."""
    world = World(a=FakeAlarm())
    world.round()
    world.upkeep.wake(Project("a"), world.now + 1000)

    assert world.round(999) == [1]
    assert world.round(1) == [2]


def test_changed_settings_make_everything_due() -> None:
    """A target may be back."""
    world = World(a=FakeAlarm(), b=FakeAlarm())
    world.round()
    world.upkeep.wake_all()

    assert world.round() == [2, 2]


def test_changed_settings_wake_no_further_round() -> None:
    """What they make due is done in the round that has found them."""
    world = World()
    world.round()

    def changed() -> list[Project]:
        world.upkeep.wake_all()
        return []

    world.upkeep.projects = changed
    world.round()

    assert not world.upkeep._woken.is_set()


def test_each_step_has_an_alarm_of_its_own() -> None:
    """So that a target that is gone from the settings gets nothing more."""
    alarm, made = FakeAlarm(3), []

    def make(project: Project) -> FakeAlarm:
        made.append(project)
        return alarm

    world = World(a=alarm)
    world.upkeep.alarm = make  # type: ignore[assignment]
    assert (world.round(), len(made)) == ([3], 3)


def test_reminders_are_looked_at_each_hour() -> None:
    """As the Worker's cron does."""
    world = World()
    for _ in range(3):
        world.round(HOUR // 2)

    assert world.reminded == 2
