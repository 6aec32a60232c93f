"""Bodies as JavaScript streams: what a caller sends, and what an answer that goes on sends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Coroutine
from contextlib import suppress
from typing import Any

import js
from pyodide.ffi import JsException, create_proxy, to_js

_working: set[asyncio.Task[None]] = set()


async def parts(js_request: Any, limit: int) -> AsyncIterator[Any]:
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


def readable(stream: AsyncIterable[bytes], ctx: Any) -> Any:
    """A ReadableStream that gives what comes, when it comes, for as long as somebody reads."""
    through = js.TransformStream.new()
    keep_on(ctx, _pump(stream, through.writable.getWriter()))
    return through.readable


def keep_on(ctx: Any, work: Coroutine[None, None, None]) -> None:
    """Goes on with it after the answer; a Durable Object stays for so long."""
    task = asyncio.ensure_future(work)
    _working.add(task)  # a task that nobody holds may vanish before its end
    promise = create_proxy(task)
    ctx.waitUntil(promise)

    def ended(_: asyncio.Task[None]) -> None:
        _working.discard(task)
        promise.destroy()

    task.add_done_callback(ended)


async def _pump(stream: AsyncIterable[bytes], writer: Any) -> None:
    try:
        async for part in stream:
            await writer.write(to_js(part))
        await writer.close()
    except JsException:  # the reader has gone
        return
    except Exception:
        with suppress(JsException):
            await writer.abort()  # else the reader would wait for ever
        raise
