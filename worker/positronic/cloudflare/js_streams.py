"""Bodies as JavaScript streams: requests, and streaming responses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import js
from pyodide.ffi import JsException, create_proxy, to_js

from positronic.cloudflare.crossings import crossings
from positronic.errors import InvalidRequest
from positronic.http.request import BODY_SECONDS

DRAIN_SECONDS: Final = 3.0  # for a body that never ends
READ_SECONDS: Final = 30.0  # for a reader to take a part

_ignored = js.Object  # called with a reason that nobody wants
_working: set[asyncio.Task[None]] = set()


class Body:
    """A request's body, as JavaScript streams it."""

    def __init__(self, js_request: Any, *, has_ended: bool) -> None:
        self._js_request = js_request
        self._has_ended = has_ended

    async def whole(self, limit: int) -> bytes:
        """The body, or a little more than its first `limit` bytes. Raises InvalidRequest, and
        TimeoutError after BODY_SECONDS: a timer of asyncio stays in memory until its time.
        """
        if self._has_ended:
            return b""
        try:
            read = await crossings().readBody(self._js_request, limit, False, BODY_SECONDS)
        except JsException:  # the caller disconnected
            raise InvalidRequest("the body was cut off") from None
        if read is None:
            raise TimeoutError
        found: bytes = read.to_bytes()
        self._has_ended = len(found) <= limit
        return found

    async def drain(self, limit: int) -> None:
        """Discard what a refusal left unread: wrangler's proxy fails on an answer before the end.

        A body that was read to its end costs nothing.
        """
        if self._has_ended:
            return
        with suppress(JsException):
            await crossings().readBody(self._js_request, limit, True, DRAIN_SECONDS)


def readable(stream: AsyncIterable[bytes], ctx: Any, seconds: float = READ_SECONDS) -> Any:
    """A ReadableStream of the parts as they come, for as long as somebody reads.

    A reader who takes none for so long is left, and the stream is closed.
    """
    through = js.TransformStream.new()
    keep_on(ctx, _pump(stream, _Taken(through.writable.getWriter()), seconds))
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


@dataclass(slots=True)
class _Taken:
    """A writer, how many parts its reader took, and whether it is to take one now."""

    writer: Any
    parts: int = 0
    is_due: bool = False

    async def write(self, part: bytes) -> None:
        self.is_due = True
        await self.writer.write(to_js(part))
        self.parts += 1
        self.is_due = False

    async def close(self) -> None:
        self.is_due = True
        await self.writer.close()

    def abort(self) -> None:
        """Without waiting: while a write hangs, so does this."""
        self.writer.abort().catch(_ignored)


async def _pump(stream: AsyncIterable[bytes], taken: _Taken, seconds: float) -> None:
    work = asyncio.ensure_future(_write(stream, taken))
    while not work.done():
        # One timer for many parts: Pyodide keeps a timer until its time has come.
        before = taken.parts if taken.is_due else None
        await asyncio.wait((work,), timeout=seconds)
        if taken.is_due and taken.parts == before:
            taken.abort()
            work.cancel()
            await asyncio.wait((work,))
    if not work.cancelled():
        work.result()


async def _write(stream: AsyncIterable[bytes], taken: _Taken) -> None:
    try:
        async for part in stream:
            await taken.write(part)
        await taken.close()
    except JsException:  # the reader disconnected
        return
    except Exception:
        taken.abort()  # or the reader would wait forever
        raise
    finally:
        if isinstance(stream, AsyncGenerator):  # now, and not when it is collected
            await stream.aclose()
