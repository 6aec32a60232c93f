"""What a host does by itself: what is kept no longer is removed, and reminders are posted.

At Cloudflare a ledger's own alarm rings. Here one task looks after all of them, and what is due in
one project waits for no other that fails.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from positronic.commands.alarm import Alarm
from positronic.errors import PositronicError
from positronic.names import Project
from positronic.ports import Clock
from positronic.times import wait_after
from positronic.traceback_summary import summary_of

PAUSE: Final = 60.0  # seconds
HOUR: Final = 3_600_000  # milliseconds
STEPS: Final = 20  # of a project, before it is another one's turn


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

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            await self._tried("what a host does by itself", self.round())
            await asyncio.sleep(PAUSE)

    async def round(self) -> None:
        """What is due now."""
        for project in self.projects():
            if self._due.get(project, 0) <= self.clock():
                await self._look_after(project)
            if self._swept_at.get(project, 0) + HOUR <= self.clock():
                self._swept_at[project] = self.clock()
                await self._tried(f"the values of {project}", self.sweep(project))
        if self._reminded_at + HOUR <= self.clock():
            self._reminded_at = self.clock()
            await self._tried("reminders", self.remind())

    async def _look_after(self, project: Project) -> None:
        now = self.clock()
        if await self._tried(f"the ledger of {project}", self._steps(project)):
            self._failed.pop(project, None)
        else:
            self._failed[project] = self._failed.get(project, 0) + 1
            self._due[project] = now + min(wait_after(self._failed[project]), HOUR)

    async def _steps(self, project: Project) -> None:
        """And when it is its turn again: within the hour, as a change may make something due."""
        alarm = self.alarm(project)
        for _ in range(STEPS):
            await alarm.ring()
            now, following = self.clock(), alarm.next()
            self._due[project] = min(now + HOUR if following is None else following, now + HOUR)
            if self._due[project] > now:
                return

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
