"""The API as an ASGI application."""

from __future__ import annotations

import asyncio
from collections.abc import (
    AsyncIterable,
    AsyncIterator,
    Awaitable,
    Callable,
    Mapping,
    MutableMapping,
)
from typing import Any

from positronic.api.admission import handle
from positronic.api.service import Service
from positronic.errors import InvalidRequest
from positronic.http.request import Request

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class CallerGone(InvalidRequest):
    """The caller disconnected in the middle of its body: nobody reads the answer."""

    def __init__(self) -> None:
        super().__init__("the body ended early; nothing was done")


def application(service: Service) -> App:
    """An ASGI 3 application over one service. HTTP only; no lifespan."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise NotImplementedError("only http")
        response = await handle(_request(scope, receive), service)
        length = len(response.body) if response.stream is None else None
        headers = encode_headers(response.headers, length)
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        if response.stream is not None:
            await _send_on(response.stream, receive, send)
        await send({"type": "http.response.body", "body": response.body})

    return app


def encode_headers(headers: Mapping[str, str], length: int | None) -> list[tuple[bytes, bytes]]:
    """The headers for ASGI, with the body's length if known."""
    pairs = [(name.lower().encode(), text.encode("latin-1")) for name, text in headers.items()]
    return pairs if length is None else [*pairs, (b"content-length", str(length).encode())]


async def _send_on(stream: AsyncIterable[bytes], receive: Receive, send: Send) -> None:
    """Sends each part as it arrives, until the caller disconnects."""
    parts = aiter(stream)
    gone = asyncio.ensure_future(_gone(receive))
    try:
        while True:
            part = asyncio.ensure_future(_next(parts))
            await asyncio.wait({part, gone}, return_when=asyncio.FIRST_COMPLETED)
            if not part.done() or (sent := part.result()) is None:
                part.cancel()
                return
            await send({"type": "http.response.body", "body": sent, "more_body": True})
    finally:
        gone.cancel()


async def _next(parts: AsyncIterator[bytes]) -> bytes | None:
    return await anext(parts, None)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _request(scope: Mapping[str, Any], receive: Receive) -> Request:
    headers: dict[str, str] = {}
    for raw, text in scope["headers"]:
        name, decoded = raw.decode("latin-1").lower(), text.decode("latin-1")
        # A repeated header is one list (RFC 9110, 5.3).
        headers[name] = f"{headers[name]}, {decoded}" if name in headers else decoded
    return Request(scope["method"], _url(scope, headers), headers, _reader(receive))


def _url(scope: Mapping[str, Any], headers: Mapping[str, str]) -> str:
    query = scope["query_string"].decode("latin-1")
    path = scope["raw_path"].decode("latin-1")
    host = headers.get("host", "")
    # Without a slash it would be a part of the host.
    slash = "" if path.startswith("/") else "/"
    return f"{scope['scheme']}://{host}{slash}{path}" + (f"?{query}" if query else "")


def _reader(receive: Receive) -> Callable[[int], Awaitable[bytes]]:
    async def read(limit: int) -> bytes:
        body = bytearray()
        more = True
        while more and len(body) <= limit:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise CallerGone
            body += message.get("body", b"")
            more = message.get("more_body", False)
        return bytes(body[: limit + 1])

    return read
