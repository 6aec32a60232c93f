"""Cloudflare's composition root: bindings in, Response out. Only here is `workers` imported."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator
from typing import Any, Final

from workers import Response, WorkerEntrypoint

from positronic.api import handle
from positronic.ciphers.webcrypto import WebCryptoCipher
from positronic.http import Request
from positronic.names import MAX_BODY
from positronic.service import Service, Settings
from positronic.stores.kv import KvAudit, KvRecords

MAX_DRAINED: Final = 4 * MAX_BODY  # bytes that nobody wants; each costs time


class Default(WorkerEntrypoint):
    """Serves the secrets API. Nothing else here: every method could be called over a binding."""

    async def fetch(self, request: Any) -> Response:
        answer = await handle(_request(request.js_object), _service(self.env))
        await _drain(request.js_object)
        return Response(answer.body or None, status=answer.status, headers=answer.headers)


def _service(env: Any) -> Service:
    namespace = env.SECRETS_KV
    settings = Settings(
        master_keys=getattr(env, "MASTER_KEYS", ""),
        root_token_sha256=getattr(env, "ROOT_TOKEN_SHA256", ""),
        project=getattr(env, "PROJECT", "default"),
    )
    return Service(
        settings=settings,
        records=lambda project: KvRecords(namespace, project),
        audit_log=lambda project: KvAudit(namespace, project),
        cipher=WebCryptoCipher(),
        clock=lambda: time.time_ns() // 1_000_000,
        random=os.urandom,
        report=print,
    )


def _request(js_request: Any) -> Request:
    # The raw method: the SDK's enum fails on the ones it does not know.
    headers = {pair[0].lower(): pair[1] for pair in js_request.headers}
    return Request(
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
    if not js_request.body:
        return
    reader, size = js_request.body.getReader(), 0
    while size <= limit:
        part = await reader.read()
        if part.done:
            break
        size += part.value.byteLength
        yield part.value
    reader.releaseLock()
