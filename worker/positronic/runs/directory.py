"""Leads to runs: each is in one process or object, no matter who asks for it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from positronic.http.request import Response
from positronic.names import Project
from positronic.ports import Clock, RandomBytes
from positronic.runs.memory import MemoryRunLog
from positronic.runs.record import KeptEvent, RunRecord, new_id
from positronic.runs.run import Run

MAX_REMEMBERED: Final = 1000  # runs that are kept in memory

RunWork = Callable[[Run], Awaitable[Response]]
Kept = tuple[RunRecord, list[KeptEvent]]


class RunDirectory(Protocol):
    """Leads to a run, by project and id, so never to one of another project."""

    async def at(self, project: Project, run_id: str | None, work: RunWork) -> Response:
        """Do the work where the run is; with None, where a new one will be."""
        ...

    async def kept(self, project: Project, run_id: str, after: int) -> Kept | None:
        """A stored run: its record and a page of its events."""
        ...


class InProcessRuns:
    """For a single-process host; when there are many, the oldest finished run is forgotten."""

    def __init__(self, clock: Clock, random: RandomBytes) -> None:
        self._clock = clock
        self._random = random
        self._runs: OrderedDict[tuple[Project, str], Run] = OrderedDict()

    async def at(self, project: Project, run_id: str | None, work: RunWork) -> Response:
        key = (project, run_id or new_id(self._random))
        run = self._runs.get(key) or Run(key[1], MemoryRunLog(), self._clock)
        answer = await work(run)
        if run.event_log.is_there and key not in self._runs:
            self._runs[key] = run
            self._forget()
        return answer

    async def kept(self, project: Project, run_id: str, after: int) -> Kept | None:
        run = self._runs.get((project, run_id))
        return run.kept(after) if run else None

    def _forget(self) -> None:
        ended = [key for key, run in self._runs.items() if not run.event_log.is_running]
        for key in ended[: max(0, len(self._runs) - MAX_REMEMBERED)]:
            del self._runs[key]
