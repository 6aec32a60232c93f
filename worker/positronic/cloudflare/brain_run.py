"""The Durable Object that keeps one run of a brain."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from weakref import WeakKeyDictionary

from workers import DurableObject

from positronic.api.service import run_limits
from positronic.cloudflare import given
from positronic.cloudflare.given import KeepsGiven
from positronic.cloudflare.isolate import now
from positronic.cloudflare.object_database import ObjectDatabase
from positronic.cloudflare.run_log import SqlRunLog
from positronic.cloudflare.run_objects import OwnRun, pack
from positronic.cloudflare.serving import serve, service_of
from positronic.cloudflare.settings import settings_of
from positronic.errors import NotConfigured, PositronicError
from positronic.runs.run import LOOK_EVERY, Run


@dataclass(slots=True)
class _Held:
    """One object's means, as the SDK wraps them, and its run."""

    ctx: Any
    env: Any
    runs: OwnRun


_held: Final[WeakKeyDictionary[object, _Held]] = WeakKeyDictionary()


class BrainRun(KeepsGiven, DurableObject):
    """Keeps one run of a brain, and continues it after the answer. Its name holds the project.

    An alarm rings while the run continues, so that an interrupted run is noticed, until the ledger
    knows how it ended, and once more when its retention ends. Nothing of it hangs on the object:
    see `given`.
    """

    def __init__(self, ctx: Any, env: Any) -> None:
        if self not in _held:  # anybody can call it again
            _held[self] = _Held(ctx, env, _run_here(ctx, env, given.of(self).ctx))

    async def fetch(self, request: Any) -> Any:
        sent, held = request.js_object, _held[self]
        ctx, env = given.of(self)
        answer = await serve(sent, env, ctx, held.runs)
        if held.runs.run.event_log.is_kept:
            await held.ctx.storage.setAlarm(_next_look(held.runs.run, env))
        return answer

    async def kept(self, after: int) -> str:
        """For the object of a rerun: events without values, as `run_objects.pack` writes them."""
        return pack(_held[self].runs.run.kept(int(after)))

    async def alarm(self, _: Any = None) -> None:
        held = _held[self]
        run = held.runs.run
        ctx, env = given.of(self)
        service = service_of(env, ctx, held.runs)
        with suppress(PositronicError):  # tried again at the next alarm
            await run.settle(service.run_recorder)
        if run.event_log.is_kept and (at := _next_look(run, env)) > now():
            await held.ctx.storage.setAlarm(at)
        else:
            await held.ctx.storage.deleteAll()
            held.runs = _run_here(held.ctx, held.env, ctx)


def _next_look(run: Run, env: Any) -> int:
    try:
        return run.next_look(run_limits(settings_of(env)).retention)
    except NotConfigured:  # until somebody fixes it, nothing is deleted
        return now() + LOOK_EVERY


def _wake(raw: Any) -> None:
    """With the platform's own `ctx`, so that nothing has to be awaited."""
    raw.storage.setAlarm(now() + LOOK_EVERY)


def _run_here(ctx: Any, env: Any, raw: Any) -> OwnRun:
    # By the platform's own `ctx`: each read of a secret looks through the events.
    log = SqlRunLog(ObjectDatabase(raw.storage).run, partial(_wake, raw))
    # The platform need not know an object's name when an alarm wakes it.
    return OwnRun(log, ctx.id.name, env.BRAIN_RUN, now)
