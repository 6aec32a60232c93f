"""A whole service with ledgers in memory, and a clock and randomness that a test controls."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from positronic.api.admission import handle
from positronic.api.service import Service, Settings
from positronic.brains import Brain
from positronic.brains.discovery import Brains
from positronic.http.request import Request
from positronic.ledger.event_rows import EVENTS
from positronic.ledger.memory import MemoryLedger
from positronic.names import Project
from positronic.ports import Ledger
from px.serve.one_process import one_process
from support.running import run

START: Final = 1_795_498_605_123  # 2026-11-24T05:36:45.123Z
TOKEN: Final = "root-token-for-tests"
MASTER_KEYS: Final = "key-1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
SETTINGS: Final = Settings(MASTER_KEYS, hashlib.sha256(TOKEN.encode()).hexdigest(), "shop")
SHOP: Final = Project("shop")


T = TypeVar("T")

Ledgers = defaultdict[Project, MemoryLedger]


class Clock:
    """Stands still until a test moves it."""

    def __init__(self, now: int = START) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


class Counting:
    """Randomness that never repeats and is the same in each run."""

    def __init__(self, start: int = 0) -> None:
        self._count = start

    def __call__(self, size: int) -> bytes:
        self._count += 1
        return hashlib.shake_256(self._count.to_bytes(8, "big")).digest(size)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401 - what a test reads out of an answer
        return json.loads(self.body)

    @property
    def code(self) -> str:
        return str(self.json["code"])


class House:
    """One host: ledgers in memory, which another may share; `around` wraps that of SHOP.

    What runs in the background ends before an answer is returned.
    """

    def __init__(
        self,
        *,
        settings: Settings = SETTINGS,
        ledgers: Ledgers | None = None,
        around: Callable[[Ledger], Ledger] = lambda ledger: ledger,
        brains: Iterable[Brain] = (),
    ) -> None:
        self.clock = Clock()
        self.reported: list[str] = []
        self.ledgers: Ledgers = defaultdict(MemoryLedger) if ledgers is None else ledgers
        self._background: list[Coroutine[None, None, None]] = []
        # What another house drew for the same ledgers must not come again, as the id of a command.
        drawn = sum(ledger.count(EVENTS.kind) for ledger in self.ledgers.values())
        runtime = one_process(
            lambda: settings,
            lambda project: around(self.ledger()) if project == SHOP else self.ledgers[project],
            clock=self.clock,
            random=Counting(drawn * 1_000_000),
            report=self.reported.append,
            in_background=self._background.append,
        ).runtime
        self.service = Service(settings, runtime, Brains(brains))

    def ledger(self, project: Project = SHOP) -> MemoryLedger:
        return self.ledgers[project]

    def call(self, method: str, path: str, document: object = None, **more: Any) -> Answer:  # noqa: ANN401 - as `ask` takes them
        """One request, for a plain test."""
        return run(self.ask(method, path, document, **more))

    async def ask(
        self,
        method: str,
        path: str,
        document: object = None,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str | None] | None = None,
        origin: str = "https://secrets.example",
    ) -> Answer:
        """One request as root; a header given as None is left out."""
        sent = body if body is not None else b"" if document is None else _encode(document)
        all_headers = {
            "authorization": f"Bearer {TOKEN}",
            "content-type": "application/json",
            "content-length": str(len(sent)),
        } | dict(headers or {})
        present = {key: text for key, text in all_headers.items() if text is not None}

        async def read(limit: int) -> bytes:
            return sent[: limit + 1]

        request = Request(method, f"{origin}{path}", present, read)
        return await self._handle(request)

    def settled(self, work: Awaitable[T]) -> T:
        """What it gives, after what it left to run in the background."""

        async def settle() -> T:
            found = await work
            await self._settle()
            return found

        return run(settle())

    async def _settle(self) -> None:
        while self._background:
            await self._background.pop(0)

    async def _handle(self, request: Request) -> Answer:
        response = await handle(request, self.service)
        await self._settle()
        body = response.body
        if response.stream is not None:
            body = b"".join([part async for part in response.stream])
        return Answer(response.status, response.headers, body)

    def issue(
        self, role: str = "reader", *, name: str = "ci", project: str = SHOP, **more: object
    ) -> str:
        """A new token's text."""
        document = {"name": name, "role": role, **more}
        answer = self.call("POST", "/tokens", document, headers={"x-positronic-project": project})
        assert answer.status == 201, answer.body
        return str(answer.json["token"])

    def as_token(self, token: str, method: str, path: str, document: object = None) -> Answer:
        """One request with this token instead of root's."""
        return self.call(method, path, document, headers={"authorization": f"Bearer {token}"})

    def events(self) -> list[dict[str, Any]]:
        """The log of SHOP as the API tells it, newest first."""
        return list(self.call("GET", "/audit?limit=1000").json["events"])

    def put(self, *names: str) -> None:
        """Store secrets, each under its name, with a value that says so."""
        for start in range(0, len(names), 500):
            some = names[start : start + 500]
            secrets = [{"name": name, "value": f"value of {name}"} for name in some]
            assert self.call("POST", "/secrets/bulk", {"secrets": secrets}).status == 201

    def names(self) -> list[str]:
        return [secret["name"] for secret in self.call("GET", "/secrets").json["secrets"]]


def _encode(document: object) -> bytes:
    return json.dumps(document).encode()
