"""A whole service in memory, with a clock and randomness that a test can hold."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from positronic.api import handle
from positronic.ciphers.native import NativeCipher
from positronic.http import Request, Response
from positronic.names import Project
from positronic.ports import AuditLog, RecordStore
from positronic.service import Service, Settings
from positronic.stores.memory import MemoryAudit, MemoryRecords
from support.running import run

START: Final = 1_795_498_605_123  # 2026-11-24T05:36:45.123Z
TOKEN: Final = "root-token-for-tests"
MASTER_KEYS: Final = "key-1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
SETTINGS: Final = Settings(MASTER_KEYS, hashlib.sha256(TOKEN.encode()).hexdigest(), "shop")
SHOP: Final = Project("shop")


class Clock:
    """Stands still until a test moves it."""

    def __init__(self, now: int = START) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


class Counting:
    """Randomness that never repeats and is the same in each run."""

    def __init__(self) -> None:
        self._count = 0

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
    """One host: stores in memory for each project, unless a test brings its own."""

    def __init__(
        self,
        *,
        settings: Settings = SETTINGS,
        records: Callable[[Project], RecordStore] | None = None,
        audit_log: Callable[[Project], AuditLog] | None = None,
    ) -> None:
        self.clock = Clock()
        self.reported: list[str] = []
        self._records: dict[Project, MemoryRecords] = {}
        self._audits: dict[Project, MemoryAudit] = {}
        self.service = Service(
            settings=settings,
            records=records or self.records,
            audit_log=audit_log or self.audit_log,
            cipher=NativeCipher(),
            clock=self.clock,
            random=Counting(),
            report=self.reported.append,
        )

    def records(self, project: Project = SHOP) -> MemoryRecords:
        return self._records.setdefault(project, MemoryRecords())

    def audit_log(self, project: Project = SHOP) -> MemoryAudit:
        return self._audits.setdefault(project, MemoryAudit())

    def call(
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
        return _answer(run(handle(request, self.service)))

    def put(self, *names: str) -> None:
        """Store secrets, each under its name, with a value that says so."""
        for start in range(0, len(names), 500):
            some = names[start : start + 500]
            secrets = [{"name": name, "value": f"value of {name}"} for name in some]
            assert self.call("POST", "/secrets/bulk", {"secrets": secrets}).status == 201

    def names(self) -> list[str]:
        return [secret["name"] for secret in self.call("GET", "/secrets").json["secrets"]]


def _answer(response: Response) -> Answer:
    return Answer(response.status, response.headers, response.body)


def _encode(document: object) -> bytes:
    return json.dumps(document).encode()
