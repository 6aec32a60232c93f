"""A server in process: the real `handle` over ledgers in memory, as an httpx transport."""

from __future__ import annotations

import asyncio
import os
import time
from base64 import b64encode
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field

import httpx

from positronic.access import tokens
from positronic.api.admission import handle
from positronic.api.service import Service, Settings
from positronic.ciphers.native import NativeCipher
from positronic.http.request import Request, Response
from positronic.ledger.memory import MemoryLedger
from positronic.names import Project
from positronic.ports import Cipher, Ledger
from px.http.address import parse_address
from px.serve.one_process import one_process
from px.spec.target import SpecTarget

ADDRESS = parse_address("http://127.0.0.1:1")

Serve = Callable[[Request], Awaitable[Response]]


@dataclass
class House:
    """A fresh service and its root token; `url` stands for nothing that listens."""

    token: str = field(default_factory=lambda: tokens.mint_root(os.urandom))
    open_ledger: Callable[[Project], Ledger] = field(default=lambda _: MemoryLedger())
    cipher: Cipher = field(default_factory=NativeCipher)
    background: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """With nothing in memory, as after a restart."""
        settings = Settings(
            f"test:{b64encode(os.urandom(32)).decode()}", tokens.root_hash(self.token), "default"
        )
        runtime = one_process(
            lambda: settings,
            self.open_ledger,
            cipher=self.cipher,
            clock=_now,
            random=os.urandom,
            report=lambda _: None,
            in_background=self._in_background,
        ).runtime
        self.service = Service(settings, runtime)

    async def serve(self, request: Request) -> Response:
        return await handle(request, self.service)

    def target(self, serve: Serve | None = None) -> SpecTarget:
        return SpecTarget(ADDRESS, self.token, transport=InProcessTransport(serve or self.serve))

    def _in_background(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self.background.add(task)
        task.add_done_callback(self.background.discard)


class InProcessTransport(httpx.AsyncBaseTransport):
    """httpx without a network."""

    def __init__(self, serve: Serve) -> None:
        self._serve = serve

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()

        async def read(limit: int) -> bytes:
            return body[: limit + 1]

        headers = {name.lower(): text for name, text in request.headers.items()}
        # As a server sees it: the host that the request names.
        url = f"http://{headers['host']}{request.url.raw_path.decode()}"
        answer = await self._serve(Request(request.method, url, headers, read))
        body = answer.body
        if answer.stream is not None:
            body = b"".join([part async for part in answer.stream])
        return httpx.Response(answer.status, headers=answer.headers, content=body)


def _now() -> int:
    return time.time_ns() // 1_000_000
