"""A sender for what the core asks of somebody else's server: reminders, and targets. By httpx."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from positronic.outgoing import DEADLINE, Answer, NoAnswer, Send
from px.errors import PxError
from px.http.address import parse_address
from px.http.lean_httpx import httpx
from px.http.proxy import find_proxy
from px.http.transport import Network, network

# Each part of an answer costs time of all who share the process, however short it is.
PARTS: Final = 1000
SHORT: Final = 64  # bytes: from then on the parts must be longer, on average


def sender(longest: int) -> Send:
    """Raises NoAnswer also for an answer of more than `longest` bytes, or in a great many parts.

    `longest` 0: none is read.

    Nothing is sent without TLS, but to this machine.
    """

    async def send(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        try:
            async with asyncio.timeout(DEADLINE / 1000), _client(url) as client:
                request = client.build_request(
                    method, url, headers=dict(headers), content=body or None
                )
                return await _exchange(client, request, longest)
        except (httpx.HTTPError, httpx.InvalidURL, PxError, TimeoutError, UnicodeError):
            raise NoAnswer from None  # the text may hold the address

    return send


async def _exchange(client: httpx.AsyncClient, request: httpx.Request, longest: int) -> Answer:
    response = await client.send(request, stream=True)
    try:
        body, parts = bytearray(), 0
        if longest:
            async for part in response.aiter_raw():
                body += part
                parts += 1
                if len(body) > longest or (parts > PARTS and len(body) < parts * SHORT):
                    raise NoAnswer
                await asyncio.sleep(0)  # many parts can have come at once
        return Answer(response.status_code, dict(response.headers), bytes(body))
    finally:
        await response.aclose()


def _client(url: str) -> httpx.AsyncClient:
    """There is one deadline, for all of an exchange."""
    origin = str(httpx.URL(url).copy_with(raw_path=b"/", fragment=None))
    headers = {"Accept-Encoding": "identity", "User-Agent": "positronic-secrets"}
    return httpx.AsyncClient(headers=headers, timeout=None, **_network(origin))


@lru_cache(maxsize=64)  # reading the system's certificates takes 20 ms
def _network(origin: str) -> Network:
    address = parse_address(origin)
    return network(address, find_proxy(address, os.environ))
