"""Cloudflare's composition root: bindings in, Response out. Only here is `workers` imported."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any, Final

from workers import DurableObject, Response, WorkerEntrypoint

from positronic.access.audit_throttle import Refusals
from positronic.api.admission import handle
from positronic.api.changes import Change, Writer
from positronic.api.service import Runtime, Service, Settings
from positronic.brains.found import Brains, find_brains
from positronic.brains.log_guard import LogGuard
from positronic.brains.read_here import ReadHere
from positronic.ciphers.webcrypto import WebCryptoCipher
from positronic.cloudflare import brain_files, js_streams
from positronic.cloudflare.run_log import SqlRunLog
from positronic.cloudflare.run_objects import PassedOn, RunHere, RunsElsewhere, pack
from positronic.cloudflare.sql_journal import SqlJournal
from positronic.errors import NotConfigured, PositronicError, StoreFailed
from positronic.http import request
from positronic.names import MAX_BODY, Project
from positronic.runs.places import RunPlaces
from positronic.runs.run import LOOK_EVERY, Run
from positronic.stores.kv import KvStorage

MAX_DRAINED: Final = 4 * MAX_BODY  # bytes that nobody wants; each costs time


class Default(WorkerEntrypoint):
    """Serves the secrets API. Nothing else here: every method could be called over a binding."""

    async def fetch(self, request: Any) -> Response:
        sent = request.js_object
        runs = RunsElsewhere(self.env.BRAIN_RUN, sent, os.urandom)
        service = _service(self.env, self.ctx, partial(_forward, self.env, sent), runs)
        return await _serve(sent, service, self.ctx)


class ProjectWriter(DurableObject):
    """Makes one project's changes, one at a time and in one place, so that none is lost.

    KV alone has no order: a re-sealed old value could overwrite a new one. It keeps no value: only
    which versions were written, and what was deleted, in the last minutes.
    """

    def __init__(self, ctx: Any, env: Any) -> None:
        super().__init__(ctx, env)
        self.writer = Writer(SqlJournal(ctx.storage.sql, _now))

    async def fetch(self, request: Any) -> Response:
        async def here(_: Project, change: Change) -> request.Response:
            return await self.writer(change)

        sent = request.js_object
        runs = RunsElsewhere(self.env.BRAIN_RUN, sent, os.urandom)
        return await _serve(sent, _service(self.env, self.ctx, here, runs), self.ctx)


class BrainRun(DurableObject):
    """Keeps one run of a brain, and goes on with it after the answer. Its name says whose it is.

    An alarm rings while the run goes on, so that one that was broken off is noticed; then once
    more, when nothing of it is to be kept any longer.
    """

    def __init__(self, ctx: Any, env: Any) -> None:
        super().__init__(ctx, env)
        self.runs = _run_here(ctx, env)

    async def fetch(self, request: Any) -> Response:
        sent = request.js_object
        service = _service(self.env, self.ctx, partial(_forward, self.env, sent), self.runs)
        answer = await _serve(sent, service, self.ctx)
        if self.runs.run.keeper.is_there:
            await self.ctx.storage.setAlarm(_next_look(self.runs.run, service))
        return answer

    async def kept(self, after: int) -> str:
        """For the object of a rerun: events without values, as `run_objects.pack` writes them."""
        return pack(self.runs.run.kept(int(after)))

    async def alarm(self, _: Any = None) -> None:
        run = self.runs.run
        service = _service(self.env, self.ctx, _nowhere, self.runs)
        with suppress(PositronicError):  # tried again at the next alarm
            await run.settle(service.run_auditor)
        if run.keeper.is_there and (at := _next_look(run, service)) > _now():
            await self.ctx.storage.setAlarm(at)
        else:
            await self.ctx.storage.deleteAll()
            self.runs = _run_here(self.ctx, self.env)


def _next_look(run: Run, service: Service) -> int:
    try:
        return run.next_look(service.run_retention() * 1000)
    except NotConfigured:  # until somebody mends it, nothing is forgotten
        return _now() + LOOK_EVERY


def _run_here(ctx: Any, env: Any) -> RunHere:
    # The platform need not know an object's name when an alarm wakes it.
    return RunHere(SqlRunLog(ctx.storage.sql), ctx.id.name, env.BRAIN_RUN, _now)


async def _nowhere(_: Project, __: Change) -> request.Response:
    raise StoreFailed("no change is made here")


def _now() -> int:
    return time.time_ns() // 1_000_000


def _find_brains() -> Brains:
    """Those in `brains/`, imported here, at the top level: so they are in the snapshot.

    A file that cannot be imported, or repeats a title, fails the deploy: the Worker that serves
    stays as it is.
    """
    return find_brains(brain_files.import_all())


def _guard_the_log() -> None:
    """Before any brain is imported, which may hold on to a stream."""
    sys.stdout = sys.__stdout__ = LogGuard(sys.stdout, _here)  # type: ignore[misc, assignment]
    sys.stderr = sys.__stderr__ = LogGuard(sys.stderr, _here)  # type: ignore[misc, assignment]


_here = ReadHere()
_guard_the_log()
_refusals = Refusals(_now)
_brains = _find_brains()


async def _serve(js_request: Any, service: Service, ctx: Any) -> Response:
    answer = await handle(_request(js_request), service)
    await js_streams.drain(js_request, MAX_DRAINED)
    body: Any = answer.body or None
    if isinstance(answer.stream, PassedOn):
        body = answer.stream.body
    elif answer.stream is not None:
        body = js_streams.readable(answer.stream, ctx)
    return Response(body, status=answer.status, headers=answer.headers)


async def _forward(env: Any, js_request: Any, project: Project, _: Change) -> request.Response:
    """The whole request, unread, to the object that makes this project's changes."""
    try:
        answer = await env.PROJECT_WRITER.getByName(project).fetch(js_request)
        body = await answer.bytes()
    except Exception:  # noqa: BLE001 - JsException, whose text may hold anything
        raise StoreFailed("the project's writer did not answer") from None
    headers = {name.title(): text for name, text in answer.headers.items()}
    return request.Response(answer.status, body, headers)


def _service(
    env: Any,
    ctx: Any,
    one_at_a_time: Callable[[Project, Change], Awaitable[request.Response]],
    runs: RunPlaces,
) -> Service:
    settings = Settings(
        master_keys=getattr(env, "MASTER_KEYS", ""),
        root_token_sha256=getattr(env, "ROOT_TOKEN_SHA256", ""),
        project=getattr(env, "PROJECT", "default"),
        next_master_key=getattr(env, "MASTER_KEYS_NEXT", ""),
        audit_retention_days=str(getattr(env, "AUDIT_RETENTION_DAYS", "400")),
        run_retention_days=str(getattr(env, "RUN_RETENTION_DAYS", "30")),
        local_origin=getattr(env, "LOCAL_ORIGIN", ""),
    )
    runtime = Runtime(
        cipher=WebCryptoCipher(),
        clock=_now,
        random=os.urandom,
        report=print,
        one_at_a_time=one_at_a_time,
        in_background=partial(js_streams.keep_on, ctx),
        runs=runs,
        read_here=_here,
    )
    return Service(settings, KvStorage(env.SECRETS_KV), runtime, _refusals, _brains)


def _request(js_request: Any) -> request.Request:
    # The raw method: the SDK's enum fails on the ones it does not know.
    headers = {pair[0].lower(): pair[1] for pair in js_request.headers}
    return request.Request(
        js_request.method, js_request.url, headers, partial(js_streams.whole, js_request)
    )
