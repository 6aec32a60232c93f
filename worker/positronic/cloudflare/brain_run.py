"""The Durable Object that keeps one run of a brain."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import Any

from workers import DurableObject, Response

from positronic.api.changes import Change
from positronic.api.service import Service
from positronic.cloudflare.isolate import now
from positronic.cloudflare.run_log import SqlRunLog
from positronic.cloudflare.run_objects import OwnRun, pack
from positronic.cloudflare.serving import forward, serve, service_of
from positronic.errors import NotConfigured, PositronicError, StoreFailed
from positronic.http import request as http
from positronic.names import Project
from positronic.runs.run import LOOK_EVERY, Run


class BrainRun(DurableObject):
    """Keeps one run of a brain, and continues it after the answer. Its name holds the project.

    An alarm rings while the run continues, so that an interrupted run is noticed, and once more
    when its retention ends.
    """

    def __init__(self, ctx: Any, env: Any) -> None:
        super().__init__(ctx, env)
        self.runs = _run_here(ctx, env)

    async def fetch(self, request: Any) -> Response:
        sent = request.js_object
        service = service_of(self.env, self.ctx, partial(forward, self.env, sent), self.runs)
        answer = await serve(sent, service, self.ctx)
        if self.runs.run.event_log.is_there:
            await self.ctx.storage.setAlarm(_next_look(self.runs.run, service))
        return answer

    async def kept(self, after: int) -> str:
        """For the object of a rerun: events without values, as `run_objects.pack` writes them."""
        return pack(self.runs.run.kept(int(after)))

    async def alarm(self, _: Any = None) -> None:
        run = self.runs.run
        service = service_of(self.env, self.ctx, _no_changes, self.runs)
        with suppress(PositronicError):  # tried again at the next alarm
            await run.settle(service.run_auditor)
        if run.event_log.is_there and (at := _next_look(run, service)) > now():
            await self.ctx.storage.setAlarm(at)
        else:
            await self.ctx.storage.deleteAll()
            self.runs = _run_here(self.ctx, self.env)


def _next_look(run: Run, service: Service) -> int:
    try:
        return run.next_look(service.run_retention() * 1000)
    except NotConfigured:  # until somebody fixes it, nothing is deleted
        return now() + LOOK_EVERY


def _run_here(ctx: Any, env: Any) -> OwnRun:
    # The platform need not know an object's name when an alarm wakes it.
    return OwnRun(SqlRunLog(ctx.storage.sql), ctx.id.name, env.BRAIN_RUN, now)


async def _no_changes(_: Project, __: Change) -> http.Response:
    raise StoreFailed("no change is made here")
