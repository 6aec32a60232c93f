"""Bodies that come in two parts, the second one when a test lets it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field

from positronic.api.admission import handle
from positronic.http.request import Request, Response
from support.memory_service import TOKEN, House


@dataclass
class SlowBody:
    """A POST whose body arrives when `rest` is set; `begun` says that somebody reads it."""

    house: House
    path: str
    document: object
    token: str = TOKEN
    length: int | None = 0  # as announced: 0 stands for the true one, None for none
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    rest: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self) -> Response:
        body = json.dumps(self.document).encode()
        headers = {"authorization": f"Bearer {self.token}", "content-type": "application/json"}
        if self.length is not None:
            headers["content-length"] = str(self.length or len(body))

        async def read(limit: int) -> bytes:
            self.begun.set()
            await self.rest.wait()
            return body[: limit + 1]

        url = f"https://secrets.example{self.path}"
        return await handle(Request("POST", url, headers, read), self.house.service)


async def call(
    house: House, method: str, path: str, document: object = None, token: str = TOKEN
) -> Response:
    """A whole request."""
    whole = SlowBody(house, path, document, token)
    whole.rest.set()
    if method == "POST":
        return await whole.send()
    headers = {"authorization": f"Bearer {token}"}

    async def read(_: int) -> bytes:
        return b""

    url = f"https://secrets.example{path}"
    return await handle(Request(method, url, headers, read), house.service)
