"""Requests to `handle` over a KV namespace, for checks of the whole behaviour."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

from contracts.faults import FaultyKv
from contracts.worlds import KEYS, Clock, KvWorld
from positronic.access.audit_throttle import AuditThrottle
from positronic.api.admission import handle
from positronic.api.service import InProcess, Runtime, Service, Settings
from positronic.http.request import Request
from positronic.runs.directory import InProcessRuns
from positronic.stores.kv import KvStorage

TOKEN = "root-token-of-the-checks"
PROJECT = "a"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - whatever the contract says
        return json.loads(self.text)

    @property
    def code(self) -> str:
        return str(self.json["code"])


@dataclass(slots=True)
class Api:
    """The API over a world's KV, which can be made to fail; `reports` is the operator's log."""

    world: KvWorld
    kv: FaultyKv
    clock: Clock = field(default_factory=Clock)
    reports: list[str] = field(default_factory=list)
    keys: str = KEYS
    _background: list[Coroutine[None, None, None]] = field(default_factory=list)

    async def call(self, method: str, path: str, body: object = None, token: str = TOKEN) -> Answer:
        """Answered, and what runs in the background done."""
        content = b"" if body is None else json.dumps(body).encode()

        async def read(_limit: int) -> bytes:
            return content

        headers = {
            "authorization": f"Bearer {token}",
            "content-type": "application/json",
            "content-length": str(len(content)),
        }
        request = Request(method, f"http://127.0.0.1{path}", headers, read)
        answer = await handle(request, self._service())
        while self._background:
            await self._background.pop(0)
        return Answer(answer.status, answer.headers, answer.body.decode())

    async def put(self, name: str, value: str) -> Answer:
        return await self.call("POST", "/secrets", {"name": name, "value": value})

    async def bulk(self, names: Sequence[str], value: str = "value") -> Answer:
        entries = [{"name": name, "value": value} for name in names]
        return await self.call("POST", "/secrets/bulk", {"secrets": entries})

    async def exists(self, name: str) -> Answer:
        return await self.call("GET", f"/secrets/{name}/exists")

    async def names(self) -> list[str]:
        """Every name, over all pages."""
        found: list[str] = []
        cursor = ""
        while True:
            answer = await self.call("GET", f"/secrets?limit=1000{cursor}")
            assert answer.status == 200, answer.text
            found += [secret["name"] for secret in answer.json["secrets"]]
            if "cursor" not in answer.json:
                return found
            cursor = f"&cursor={answer.json['cursor'].replace('=', '%3D').replace('+', '%2B')}"

    def _service(self) -> Service:
        settings = Settings(self.keys, hashlib.sha256(TOKEN.encode()).hexdigest(), PROJECT)
        runtime = Runtime(
            cipher=self.world.cipher,
            clock=self.clock,
            random=os.urandom,
            report=self.reports.append,
            one_at_a_time=InProcess(self.clock),
            in_background=self._background.append,
            runs=InProcessRuns(self.clock, os.urandom),
        )
        return Service(settings, KvStorage(self.kv), runtime, AuditThrottle(self.clock))


def api(world: KvWorld) -> Api:
    return Api(world, FaultyKv(world.namespace, world.error))
