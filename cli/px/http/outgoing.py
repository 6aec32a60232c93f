"""A sender for what the core asks of somebody else's server: reminders, and targets. By httpx."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from positronic.outgoing import DEADLINE, Answer, NoAnswer, Send
from px.http.address import parse_address
from px.http.lean_httpx import httpx
from px.http.proxy import find_proxy
from px.http.transport import network

LONGEST: Final = 1024 * 1024  # bytes of an answer


@asynccontextmanager
async def outgoing() -> AsyncIterator[Send]:
    """Connections are kept until the end. It raises Usage for an address without https."""
    clients: dict[str, httpx.AsyncClient] = {}
    async with AsyncExitStack() as opened:

        async def client(origin: str) -> httpx.AsyncClient:
            if origin not in clients:
                clients[origin] = await opened.enter_async_context(_client(origin))
            return clients[origin]

        async def send(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
            found = await client(_origin(url))
            try:
                async with asyncio.timeout(DEADLINE / 1000):
                    return await _exchange(
                        found,
                        found.build_request(method, url, headers=headers, content=body or None),
                    )
            except (httpx.HTTPError, TimeoutError, UnicodeError):
                raise NoAnswer from None

        yield send


async def _exchange(client: httpx.AsyncClient, request: httpx.Request) -> Answer:
    response = await client.send(request, stream=True)
    try:
        body = bytearray()
        async for part in response.aiter_raw():
            body += part
            if len(body) > LONGEST:
                raise NoAnswer
        return Answer(response.status_code, dict(response.headers), bytes(body))
    finally:
        await response.aclose()


def _origin(url: str) -> str:
    found = httpx.URL(url)
    return str(found.copy_with(raw_path=b"/", fragment=None))


def _client(origin: str) -> httpx.AsyncClient:
    address = parse_address(origin)
    return httpx.AsyncClient(
        headers={"Accept-Encoding": "identity", "User-Agent": "positronic-secrets"},
        timeout=None,  # there is one deadline, for all of it
        **network(address, find_proxy(address, os.environ)),
    )
