"""A request to somebody else's server, as the Worker sends it: no redirect, and with a deadline."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

from positronic.outgoing import DEADLINE, Answer, NoAnswer, Send
from px.http.lean_httpx import httpx

_SECONDS: Final = DEADLINE / 1000


def sender(longest: int) -> Send:
    """Raises NoAnswer also for an answer of more than `longest` bytes; 0: none is read."""

    async def send(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        try:
            async with (
                asyncio.timeout(_SECONDS),
                httpx.AsyncClient(timeout=_SECONDS, follow_redirects=False) as client,
                client.stream(method, url, headers=dict(headers), content=body) as answer,
            ):
                read = await _read(answer, longest)
                return Answer(answer.status_code, dict(answer.headers), read)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError):  # the text may hold the address
            raise NoAnswer from None

    return send


async def _read(answer: httpx.Response, longest: int) -> bytes:
    read = bytearray()
    if longest:
        async for part in answer.aiter_bytes():
            read += part
            if len(read) > longest:
                raise NoAnswer
    return bytes(read)
