"""What a host does by itself: it pushes to targets, removes what is kept no longer, and reminds.

At Cloudflare a ledger's own alarm rings. Here each project whose ledger has something due gets a
task of its own, so that none waits for another one's provider, and no failure stops the others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from positronic.commands.alarm import Alarm
from positronic.errors import PositronicError
from positronic.names import Project
from positronic.ports import Clock
from positronic.times import wait_after
from positronic.traceback_summary import summary_of

PAUSE: Final = 60.0  # seconds at most until everybody is looked at again
PACE: Final = 0.01  # seconds at least, for requests and signals, whatever wakes the loop
HOUR: Final = 3_600_000  # milliseconds
STEPS: Final = 20  # of a project, before the loop comes by again

_VALUES: Final = "the values"
_REMINDERS: Final = "reminders"


@dataclass(slots=True)
class Upkeep:
    """`sweep`: removes values at a provider that no commit names. `remind`: posts what is due."""

    projects: Callable[[], Iterable[Project]]
    alarm: Callable[[Project], Alarm]
    sweep: Callable[[Project], Awaitable[None]]
    remind: Callable[[], Awaitable[None]]
    clock: Clock
    report: Callable[[str], None]
    _due: dict[Project, int] = field(default_factory=dict)
    _failed: dict[Project, int] = field(default_factory=dict)
    _swept_at: dict[Project, int] = field(default_factory=dict)
    _reminded_at: int = 0
    _under_way: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self, project: Project, at: int) -> None:
        """Something is due there at that time, in milliseconds."""
        self._due[project] = min(self._due.get(project, 0), at)
        self._woken.set()

    def wake_all(self) -> None:
        """What was not possible before may be now."""
        self._due.clear()
        self._woken.set()

    async def run(self) -> None:
        """Until it is cancelled, together with what is under way."""
        try:
            while True:
                self._woken.clear()
                is_begun = await self._tried("what a host does by itself", self._begin())
                await asyncio.sleep(PACE)
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._pause() if is_begun else PAUSE):
                        await self._woken.wait()
        finally:
            for task in self._under_way.values():
                task.cancel()
            await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    async def round(self) -> None:
        """What is due now, to its end."""
        await self._begin()
        await asyncio.gather(*self._under_way.values())

    async def _begin(self) -> None:
        projects = list(self.projects())
        self._woken.clear()  # what changed settings have made due is looked at below
        for gone in self._due.keys() - set(projects):
            del self._due[gone]
        for project in projects:
            if self._due.get(project, 0) <= self.clock():
                self._start(_ledger(project), self._look_after(project))
                await asyncio.sleep(0)  # requests come in between
        unswept = [one for one in projects if self._swept_at.get(one, 0) + HOUR <= self.clock()]
        if unswept:
            self._start(_VALUES, self._sweep(unswept))
        if self._reminded_at + HOUR <= self.clock():
            self._reminded_at = self.clock()
            self._start(_REMINDERS, self._reminded())

    def _start(self, what: str, work: Coroutine[None, None, None]) -> None:
        """Unless it is under way; at its end the loop looks again."""
        if what in self._under_way:
            work.close()
            return
        task = self._under_way[what] = asyncio.ensure_future(work)
        task.add_done_callback(lambda _: self._ended(what))

    def _ended(self, what: str) -> None:
        self._under_way.pop(what, None)
        self._woken.set()

    def _pause(self) -> float:
        """Seconds until the next project's turn."""
        idle = [at for project, at in self._due.items() if _ledger(project) not in self._under_way]
        return min(max(min(idle, default=self.clock() + HOUR) - self.clock(), 0) / 1000, PAUSE)

    async def _sweep(self, projects: Iterable[Project]) -> None:
        for project in projects:
            self._swept_at[project] = self.clock()
            await self._tried(f"the values of {project}", self.sweep(project))

    async def _reminded(self) -> None:
        await self._tried(_REMINDERS, self.remind())

    async def _look_after(self, project: Project) -> None:
        now = self.clock()
        self._due[project] = now + HOUR  # a wake from here on counts also if this fails
        if await self._tried(_ledger(project), self._steps(project)):
            self._failed.pop(project, None)
        else:
            self._failed[project] = self._failed.get(project, 0) + 1
            again = now + min(wait_after(self._failed[project]), HOUR)
            self._due[project] = min(self._due[project], again)

    async def _steps(self, project: Project) -> None:
        """And when it is its turn again: within the hour, whatever the ledger says.

        Each step with the settings of now: a target may be gone, or have another credential.
        """
        for _ in range(STEPS):
            alarm = self.alarm(project)
            await alarm.ring()
            now, following = self.clock(), alarm.next()
            self._due[project] = min(now + HOUR if following is None else following, now + HOUR)
            if self._due[project] > now:
                return
            await asyncio.sleep(0)

    async def _tried(self, what: str, work: Awaitable[None]) -> bool:
        try:
            await work
        except PositronicError as error:
            self.report(f"{what}: {error.code}: {error.message}")
        except Exception as error:  # noqa: BLE001 - its text may hold anything
            self.report(f"{what}: {summary_of(error)}")
        else:
            return True
        return False


def _ledger(project: Project) -> str:
    return f"the ledger of {project}"
