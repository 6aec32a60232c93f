"""The API on Cloudflare: bindings in, Response out."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final

from workers import Response

from positronic.api.admission import handle
from positronic.api.changes import Change
from positronic.api.service import Runtime, Service, Settings
from positronic.ciphers.webcrypto import WebCryptoCipher
from positronic.cloudflare import isolate, js_streams
from positronic.cloudflare.run_objects import PassedOn
from positronic.errors import StoreFailed
from positronic.http import request
from positronic.names import MAX_BODY, Project
from positronic.runs.directory import RunDirectory
from positronic.stores.kv import KvStorage

MAX_DRAINED: Final = 4 * MAX_BODY  # bytes that are discarded; each costs time


async def serve(js_request: Any, service: Service, ctx: Any) -> Response:
    answer = await handle(_request(js_request), service)
    await js_streams.drain(js_request, MAX_DRAINED)
    body: Any = answer.body or None
    if isinstance(answer.stream, PassedOn):
        body = answer.stream.body
    elif answer.stream is not None:
        body = js_streams.readable(answer.stream, ctx)
    return Response(body, status=answer.status, headers=answer.headers)


async def forward(env: Any, js_request: Any, project: Project, _: Change) -> request.Response:
    """Send the whole request, unread, to the object that makes this project's changes."""
    try:
        answer = await env.PROJECT_WRITER.getByName(project).fetch(js_request)
        body = await answer.bytes()
    except Exception:  # noqa: BLE001 - JsException, whose text may hold anything
        raise StoreFailed("the project's writer did not answer") from None
    headers = {name.title(): text for name, text in answer.headers.items()}
    return request.Response(answer.status, body, headers)


def service_of(
    env: Any,
    ctx: Any,
    one_at_a_time: Callable[[Project, Change], Awaitable[request.Response]],
    runs: RunDirectory,
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
        clock=isolate.now,
        random=os.urandom,
        report=print,
        one_at_a_time=one_at_a_time,
        in_background=partial(js_streams.keep_on, ctx),
        runs=runs,
        known_values=isolate.known_values,
    )
    return Service(
        settings, KvStorage(env.SECRETS_KV), runtime, isolate.audit_throttle, isolate.brains
    )


def _request(js_request: Any) -> request.Request:
    # The raw method, because the SDK's enum fails on unknown ones.
    headers = {pair[0].lower(): pair[1] for pair in js_request.headers}
    return request.Request(
        js_request.method, js_request.url, headers, partial(js_streams.whole, js_request)
    )
