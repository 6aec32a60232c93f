"""Cloudflare's composition root: bindings in, Response out. Only here is `workers` imported."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from functools import partial
from typing import Any, Final

from workers import DurableObject, Response, WorkerEntrypoint

from positronic import http
from positronic.api import handle
from positronic.ciphers.webcrypto import WebCryptoCipher
from positronic.errors import StoreFailed
from positronic.names import MAX_BODY, Project
from positronic.refusals import Refusals
from positronic.service import Runtime, Service, Settings, Work
from positronic.stores.durable_object import SqlJournal
from positronic.stores.kv import KvStorage

MAX_DRAINED: Final = 4 * MAX_BODY  # bytes that nobody wants; each costs time


class Default(WorkerEntrypoint):
    """Serves the secrets API. Nothing else here: every method could be called over a binding."""

    async def fetch(self, request: Any) -> Response:
        forward = partial(_forward, self.env, request.js_object)
        return await _serve(request.js_object, _service(self.env, self.ctx, forward))


class ProjectWriter(DurableObject):
    """Makes one project's changes, one at a time and in one place, so that none is lost.

    KV alone has no order: a re-sealed old value could overwrite a new one. It keeps no value: only
    which versions were written, and what was deleted, in the last minutes.
    """

    def __init__(self, ctx: Any, env: Any) -> None:
        super().__init__(ctx, env)
        self.lock = asyncio.Lock()
        self.journal = SqlJournal(ctx.storage.sql, _now)

    async def fetch(self, request: Any) -> Response:
        async def here(_: Project, work: Work) -> http.Response:
            async with self.lock:
                return await work(self.journal)

        return await _serve(request.js_object, _service(self.env, self.ctx, here))


def _now() -> int:
    return time.time_ns() // 1_000_000


_refusals = Refusals(_now)


async def _serve(js_request: Any, service: Service) -> Response:
    answer = await handle(_request(js_request), service)
    await _drain(js_request)
    return Response(answer.body or None, status=answer.status, headers=answer.headers)


async def _forward(env: Any, js_request: Any, project: Project, _: Work) -> http.Response:
    """The whole request, unread, to the object that makes this project's changes."""
    try:
        answer = await env.PROJECT_WRITER.getByName(project).fetch(js_request)
        body = await answer.bytes()
    except Exception:  # noqa: BLE001 - JsException, whose text may hold anything
        raise StoreFailed("the project's writer did not answer") from None
    headers = {name.title(): text for name, text in answer.headers.items()}
    return http.Response(answer.status, body, headers)


def _service(
    env: Any, ctx: Any, one_at_a_time: Callable[[Project, Work], Awaitable[http.Response]]
) -> Service:
    settings = Settings(
        master_keys=getattr(env, "MASTER_KEYS", ""),
        root_token_sha256=getattr(env, "ROOT_TOKEN_SHA256", ""),
        project=getattr(env, "PROJECT", "default"),
        next_master_key=getattr(env, "MASTER_KEYS_NEXT", ""),
        audit_retention_days=str(getattr(env, "AUDIT_RETENTION_DAYS", "400")),
    )
    runtime = Runtime(
        cipher=WebCryptoCipher(),
        clock=_now,
        random=os.urandom,
        report=print,
        one_at_a_time=one_at_a_time,
        in_background=partial(_in_background, ctx),
    )
    return Service(settings, KvStorage(env.SECRETS_KV), runtime, _refusals)


def _in_background(ctx: Any, work: Coroutine[None, None, None]) -> None:
    ctx.waitUntil(asyncio.ensure_future(work))


def _request(js_request: Any) -> http.Request:
    # The raw method: the SDK's enum fails on the ones it does not know.
    headers = {pair[0].lower(): pair[1] for pair in js_request.headers}
    return http.Request(
        js_request.method, js_request.url, headers, lambda limit: _read(js_request, limit)
    )


async def _read(js_request: Any, limit: int) -> bytes:
    return b"".join([part.to_bytes() async for part in _parts(js_request, limit)])


async def _drain(js_request: Any) -> None:
    """Let what a refusal left unread flow away: wrangler's proxy fails on an answer before it."""
    async for _ in _parts(js_request, MAX_DRAINED):
        pass


async def _parts(js_request: Any, limit: int) -> AsyncIterator[Any]:
    """The body's Uint8Arrays, and none after `limit` bytes, even when it has no stated length."""
    if not js_request.body or js_request.body.locked:
        return
    reader, size = js_request.body.getReader(), 0
    while size <= limit:
        part = await reader.read()
        if part.done:
            break
        size += part.value.byteLength
        yield part.value
    reader.releaseLock()
