"""Starts brains at their times, as Cloudflare's crons do for the Worker.

Each due time counts at most once: until when they were looked at is written down before anything
starts. Times of the last minutes that passed without a process are made up for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from positronic.brains.discovery import Brains
from positronic.errors import PositronicError
from positronic.ports import Clock
from positronic.times import iso, milliseconds
from positronic.traceback_summary import summary_of
from px.errors import PxError, Usage
from px.serve.cron import MINUTE, Cron, parse_cron
from px.serve.data_folder import DataFolder

FILE: Final = "schedule"
LATE: Final = 10 * MINUTE
_CLOCK_WAS_WRONG: Final = 60 * MINUTE


@dataclass(frozen=True, slots=True)
class Mark:
    """The data folder's file with the last minute that was looked at."""

    folder: DataFolder

    def read(self) -> int | None:
        """Raises Usage."""
        text = self.folder.read(FILE)
        if text is None:
            return None
        try:
            return milliseconds(text)
        except ValueError:
            raise Usage(
                f"{FILE} in the data folder is malformed",
                hint="remove it: brains then start from the next minute on",
            ) from None

    def write(self, minute: int) -> None:
        self.folder.write(FILE, iso(minute))


def crons_of(brains: Brains) -> Mapping[str, Cron]:
    """Of all that have a schedule. Raises Usage."""
    found = {}
    for brain in brains.all():
        if brain.schedule is None:
            continue
        try:
            found[brain.schedule] = parse_cron(brain.schedule)
        except ValueError:
            raise Usage(
                f"the schedule of the brain {brain.title!r} cannot be read",
                code="invalid_brain",
                hint="a schedule has numbers, names, `*`, `,`, `-` and `/`, and Sunday is 1; "
                "neither L nor W nor #",
            ) from None
    return found


@dataclass(slots=True)
class Schedule:
    """`fire`: starts the brains that name a cron."""

    crons: Mapping[str, Cron]
    mark: Mark
    fire: Callable[[str], Awaitable[None]]
    clock: Clock
    report: Callable[[str], None]

    async def run(self) -> None:
        """Until it is cancelled."""
        while self.crons:
            await self.look()
            await asyncio.sleep((MINUTE - self.clock() % MINUTE) / 1000)

    async def look(self) -> None:
        """Starts what has become due since the last look. Raises nothing."""
        try:
            due = self._due()
        except (PxError, OSError):
            self.report(f"schedule: {FILE} in the data folder cannot be used; nothing was started")
            return
        for text in due:
            try:
                await self.fire(text)
            except PositronicError as error:
                self.report(f"schedule: {error.code}: {error.message}")
            except Exception as error:  # noqa: BLE001 - its text may hold anything
                self.report(f"schedule: {summary_of(error)}")

    def _due(self) -> list[str]:
        now, last = self.clock() // MINUTE * MINUTE, self.mark.read()
        if last is not None and last > now + _CLOCK_WAS_WRONG:
            self.report("schedule: the clock was set back; brains start from the next minute on")
            last = None
        if last is None:
            self.mark.write(now)
            return []
        minutes = range(max(last + MINUTE, now - LATE), now + MINUTE, MINUTE)
        due = [text for text, cron in self.crons.items() if any(map(cron.fires, minutes))]
        if due:
            self.mark.write(now)
        return due
