"""The composition root of `px serve`: the API, its ledgers in files, and who looks after them."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Coroutine, Iterator
from functools import partial

from positronic.api.admission import handle
from positronic.api.reminding import remind
from positronic.api.scheduling import start_scheduled
from positronic.api.service import Service, Settings, run_limits
from positronic.brains.discovery import NO_BRAINS, Brains
from positronic.commands.alarm import Alarm, asking_itself
from positronic.commands.place import Place
from positronic.commands.target_pushes import claiming
from positronic.errors import PositronicError
from positronic.http.request import Request
from positronic.ledger import unnamed_values
from positronic.names import Project
from positronic.ports import Clock, Values
from positronic.providers.exchange import LONGEST_ANSWER
from positronic.providers.making import makes
from positronic.targets.drain import TargetDrain
from px.http.outgoing import sender
from px.serve.asgi import Message, Receive, Scope, Send, application
from px.serve.edge import Edge
from px.serve.ended_runs import note_interrupted
from px.serve.ledgers import AT_MOST, LedgerFiles
from px.serve.log import HostLog
from px.serve.one_process import one_process
from px.serve.run_file import RunFile
from px.serve.schedule import Mark, Schedule, crons_of
from px.serve.upkeep import Upkeep


def now() -> int:
    return time.time_ns() // 1_000_000


class Host:
    """One process's: an ASGI application, and its upkeep. `settings` are asked for each request.

    `values`: who keeps a project's values, instead of its ledger; `runs`: those of brains, instead
    of memory.
    """

    def __init__(
        self,
        settings: Callable[[], Settings],
        ledgers: LedgerFiles,
        edge: Edge,
        log: HostLog,
        clock: Clock = now,
        *,
        values: Callable[[Project], Values] | None = None,
        runs: RunFile | None = None,
    ) -> None:
        self._settings = settings
        self._ledgers = ledgers
        self._edge = edge
        self._log = log
        self._clock = clock
        self._values = values
        self._runs = runs
        self._tasks: set[asyncio.Task[None]] = set()
        self.schedule: Schedule | None = None
        self.upkeep = Upkeep(
            *(self._projects, self._alarm, self._sweep, self._remind),
            *(self._clock, self._log.report),
        )
        self._together = one_process(
            settings,
            ledgers,
            values=values,
            clock=clock,
            random=os.urandom,
            report=log.report,
            in_background=self._in_background,
            wake=self.upkeep.wake,
            targets=makes(sender(LONGEST_ANSWER), clock),
            at_most=AT_MOST,
            runs=runs,
        )
        self.known_values = self._together.runtime.known_values
        self._service = Service(settings(), self._together.runtime)

    def run_brains(self, brains: Brains = NO_BRAINS, mark: Mark | None = None) -> None:
        """From now on, these. What ran when the last process ended is over.

        `mark`: until when their schedules were looked at; None: none of them starts anything.
        Raises Usage for a schedule that cannot be read.
        """
        if mark is not None:
            crons = crons_of(brains)
            self.schedule = Schedule(crons, mark, self._fire, self._clock, self._log.report)
        ended = self._runs.end_all() if self._runs else {}
        for project in self._ledgers.projects():
            try:
                note_interrupted(self._ledgers(project), self._clock(), ended)
            except PositronicError as error:  # the others are served
                self._log.report(f"the ledger of {project}: {error.code}: {error.message}")
        self._service = Service(self._settings(), self._together.runtime, brains)

    def service(self) -> Service:
        """With the settings as they are now."""
        settings, last = self._settings(), self._service
        if settings is not last.settings:
            self._service = Service(
                *(settings, last.runtime, last.brains, last.large_bodies),
                *(last.known_projects, last.unknown_projects),
            )
            self.upkeep.wake_all()
        return self._service

    async def look_after_itself(self) -> None:
        """Until it is cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.upkeep.run())
            if self.schedule is not None:
                group.create_task(self.schedule.run())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun, seen = time.monotonic(), _Seen(send)
        try:
            await application(self.service())(self._edge.seen(scope), receive, seen)
        finally:
            path = scope["raw_path"].decode("latin-1")
            took = (time.monotonic() - begun) * 1000
            self._log.request(scope["method"], path, seen.status, took, seen.request_id)

    def _projects(self) -> Iterator[Project]:
        """Changed settings may make possible what was not, also where nobody asks anything."""
        self.service()
        return self._ledgers.projects()

    def _alarm(self, project: Project) -> Alarm:
        ledger, tools = self._ledgers(project), self._together.tools(project)
        place = Place(project, ledger, tools, partial(self.upkeep.wake, project))
        ask = asking_itself(project, tools.keyring, os.urandom, place)
        drain = TargetDrain(ledger, tools.targets, tools.values, claiming(ask), self._clock)
        return Alarm(
            *(project, ledger, None, place, tools.keyring),
            *(self._clock, os.urandom, self._log.report, [drain]),
        )

    async def _sweep(self, project: Project) -> None:
        """Raises NotConfigured: without its settings nothing is known to be old."""
        self.service().check()
        if self._runs is not None:
            self._runs.trim(self._clock() - run_limits(self._settings()).retention)
        if self._values is not None:
            now = self._clock()
            await unnamed_values.sweep(self._ledgers(project), self._values(project), now)

    async def _fire(self, cron: str) -> None:
        await start_scheduled(self.service(), cron, self._start)

    async def _start(self, _: Project, token: str, body: str) -> int:
        """As anybody's call, without a connection."""
        sent = body.encode()

        async def read(_: int) -> bytes:
            return sent

        headers = {
            "authorization": f"Bearer {token}",
            "content-type": "application/json",
            "content-length": f"{len(sent)}",
        }
        request = Request("POST", "http://127.0.0.1/brains/runs", headers, read)
        return (await handle(request, self.service())).status

    async def _remind(self) -> None:
        await remind(self.service(), sender(longest=0))

    def _in_background(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)  # a task without a reference may be collected before it ends
        task.add_done_callback(self._tasks.discard)


class _Seen:
    """Passes an answer on, and notes its status and request id."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 499  # as others log it: the caller was gone before there was an answer
        self.request_id = ""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            found = (text for name, text in message["headers"] if name == b"x-request-id")
            self.request_id = next(found, b"").decode("latin-1")
        await self._send(message)
