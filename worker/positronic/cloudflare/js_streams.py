"""Bodies as JavaScript streams: requests, and streaming responses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Coroutine
from contextlib import suppress
from typing import Any, Final

import js
from pyodide.ffi import JsException, create_proxy, to_js

from positronic.errors import InvalidRequest

DRAIN_SECONDS: Final = 3.0  # for a body that never ends

_ignored = js.Object  # called with a reason that nobody wants
_working: set[asyncio.Task[None]] = set()


async def parts(js_request: Any, limit: int) -> AsyncIterator[Any]:
    """The body's Uint8Arrays, none after `limit` bytes; cancelling releases the body."""
    if not js_request.body or js_request.body.locked:
        return
    reader, size = js_request.body.getReader(), 0
    try:
        while size <= limit:
            part = await reader.read()
            if part.done:
                break
            size += part.value.byteLength
            yield part.value
    except asyncio.CancelledError:  # out of time: nobody reads the rest
        reader.cancel().catch(_ignored)
        raise
    finally:
        reader.releaseLock()


async def whole(js_request: Any, limit: int) -> bytes:
    """The body, or a little more than its first `limit` bytes. Raises InvalidRequest."""
    try:
        return b"".join([part.to_bytes() async for part in parts(js_request, limit)])
    except JsException:  # the caller disconnected
        raise InvalidRequest("the body was cut off") from None


async def drain(js_request: Any, limit: int) -> None:
    """Discard what a refusal left unread: wrangler's proxy fails on an answer before the end."""
    if not js_request.body:
        return
    with suppress(TimeoutError, JsException):
        async with asyncio.timeout(DRAIN_SECONDS):
            async for _ in parts(js_request, limit):
                pass


def readable(stream: AsyncIterable[bytes], ctx: Any) -> Any:
    """A ReadableStream of the parts as they come, for as long as somebody reads."""
    through = js.TransformStream.new()
    keep_on(ctx, _pump(stream, through.writable.getWriter()))
    return through.readable


def keep_on(ctx: Any, work: Coroutine[None, None, None]) -> None:
    """Continue the work after the answer; a Durable Object stays alive until then."""
    task = asyncio.ensure_future(work)
    _working.add(task)  # a task without a reference may be garbage collected
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
    except JsException:  # the reader disconnected
        return
    except Exception:
        with suppress(JsException):
            await writer.abort()  # or the reader would wait forever
        raise
