"""A server in process: the real `handle` over stores in memory, as an httpx transport."""

from __future__ import annotations

import asyncio
import os
import time
from base64 import b64encode
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field, replace

import httpx

from positronic.access import tokens
from positronic.access.audit_throttle import AuditThrottle
from positronic.api.admission import handle
from positronic.api.service import InProcess, Runtime, Service, Settings
from positronic.ciphers.native import NativeCipher
from positronic.commands.in_process import InProcessLedgers
from positronic.commands.work import Tools
from positronic.http.request import Request, Response
from positronic.names import Project
from positronic.ports import Ledger, Storage
from positronic.runs.directory import InProcessRuns
from positronic.stores.memory import MemoryStorage
from px.http.address import parse_address
from px.spec.target import SpecTarget

ADDRESS = parse_address("http://127.0.0.1:1")

Serve = Callable[[Request], Awaitable[Response]]


@dataclass
class House:
    """A fresh service and its root token; `url` stands for nothing that listens."""

    token: str = field(default_factory=lambda: tokens.mint_root(os.urandom))
    storage: Storage = field(default_factory=MemoryStorage)
    open_ledger: Callable[[Project], Ledger] | None = None  # instead of the storage
    background: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        settings = Settings(
            f"test:{b64encode(os.urandom(32)).decode()}", tokens.root_hash(self.token), "default"
        )
        runtime = Runtime(
            cipher=NativeCipher(),
            clock=_now,
            random=os.urandom,
            report=lambda _: None,
            one_at_a_time=order(),
            in_background=self._in_background,
            runs=InProcessRuns(_now, os.urandom),
        )
        self.service = Service(settings, self.storage, runtime, AuditThrottle(_now))
        if self.open_ledger:
            send = InProcessLedgers(self.open_ledger, self._tools)
            self.service = replace(self.service, runtime=replace(runtime, send=send))

    def _tools(self) -> Tools:
        service = self.service
        return Tools(
            *(NativeCipher(), service.keyring(), _now, os.urandom),
            service.audit_retention() * 1000,
            self._in_background,
            service.audit_throttle,
        )

    async def serve(self, request: Request) -> Response:
        return await handle(request, self.service)

    def target(self, serve: Serve | None = None) -> SpecTarget:
        return SpecTarget(ADDRESS, self.token, transport=InProcessTransport(serve or self.serve))

    def _in_background(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self.background.add(task)
        task.add_done_callback(self.background.discard)


def order() -> InProcess:
    """What runs a project's changes one after the other."""
    return InProcess(_now)


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
