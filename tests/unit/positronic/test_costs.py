"""What each action costs in Cloudflare's units, as the table of docs/operations.md says."""

from __future__ import annotations

import json
import os
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import pytest

from contracts.fake_kv import FakeKv
from positronic import BrainSecrets, brain
from positronic.api.admission import handle
from positronic.api.service import Service
from positronic.brains.discovery import Brains
from positronic.commands.command import Command
from positronic.copies.drain import Drain
from positronic.copies.workers_kv import KvCopies
from positronic.http.request import Request
from positronic.ledger.memory import MemoryLedger
from positronic.names import Project
from px.serve.one_process import one_process
from support.memory_service import SETTINGS, TOKEN, Clock
from support.running import run
from support.source import ROOT


class BilledKv(FakeKv):
    """KV that counts as Cloudflare bills: each key of a read, each write, delete and list."""

    def __init__(self) -> None:
        super().__init__()
        self.billed: Counter[str] = Counter()

    async def get(self, key: Sequence[str]) -> Mapping[str, str | None]:
        self.billed["KV reads"] += len(key)
        return await super().get(key)

    async def getWithMetadata(  # noqa: N802
        self, key: Sequence[str]
    ) -> Mapping[str, Mapping[str, Any] | None]:
        self.billed["KV reads"] += len(key)
        return await super().getWithMetadata(key)

    async def put(self, key: str, value: str, **options: object) -> None:
        self.billed["KV writes"] += 1
        await super().put(key, value, **options)

    async def delete(self, key: str) -> None:
        self.billed["KV deletes"] += 1
        await super().delete(key)

    async def list(self, **options: object) -> Mapping[str, Any]:
        self.billed["KV lists"] += 1
        return await super().list(**options)


@brain("reader").step("Read")
async def reader(state: dict[str, Any], secrets: BrainSecrets) -> dict[str, Any]:
    await secrets.get("A")
    return state


@dataclass
class Worker:
    """The Worker as entry.py puts it together: the project's object has the ledger, and its alarm
    publishes the copies."""

    kv: BilledKv = field(default_factory=BilledKv)
    clock: Clock = field(default_factory=Clock)
    _background: list[Coroutine[None, None, None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._ledgers: defaultdict[Project, MemoryLedger] = defaultdict(MemoryLedger)
        runtime = one_process(
            lambda: SETTINGS,
            lambda project: self._ledgers[project],
            clock=self.clock,
            random=os.urandom,
            report=print,
            in_background=self._background.append,
            wake=lambda *_: None,
            has_copies=True,
        ).runtime
        self._send = runtime.send
        self._service = Service(SETTINGS, replace(runtime, send=self._request), Brains([reader]))

    def call(self, method: str, path: str, document: object = None, token: str = TOKEN) -> Any:  # noqa: ANN401
        return run(self._call(method, path, document, token))

    def cost(self, action: Callable[[], object]) -> Counter[str]:
        self.kv.billed.clear()
        action()
        return Counter(self.kv.billed)

    async def _call(self, method: str, path: str, document: object, token: str) -> Any:  # noqa: ANN401
        body = b"" if document is None else json.dumps(document).encode()

        async def read(_: int) -> bytes:
            return body

        headers = {
            "authorization": f"Bearer {token}",
            "content-type": "application/json",
            "content-length": str(len(body)),
        }
        request = Request(method, f"https://secrets.example{path}", headers, read)

        answer = await handle(request, self._service)
        while self._background:
            await self._background.pop(0)
        for project, ledger in self._ledgers.items():
            drain = Drain(ledger, KvCopies(self.kv, project), self.clock)
            while drain.next() is not None:
                await drain.step()
        assert answer.status < 300, answer.body
        return json.loads(answer.body or b"null")

    async def _request(self, command: Command) -> Any:  # noqa: ANN401
        self.kv.billed["ledger requests"] += 1
        return await self._send(command)


def _bulk(worker: Worker) -> object:
    secrets = [{"name": f"B{n}", "value": "x"} for n in range(500)]
    return worker.call("POST", "/secrets/bulk", {"secrets": secrets})


# Each action after two secrets are there, as its row in the table is called.
ACTIONS: Final[Mapping[str, Callable[[Worker], object]]] = {
    "create or update a secret": lambda it: it.call(
        "POST", "/secrets", {"name": "A", "value": "x"}
    ),
    "delete a secret": lambda it: it.call("DELETE", "/secrets/A"),
    "check whether a secret exists": lambda it: it.call("GET", "/secrets/A/exists"),
    "list secrets, for each 1,000": lambda it: it.call("GET", "/secrets"),
    "bulk of 500 secrets": _bulk,
    "create a token": lambda it: it.call("POST", "/tokens", {"name": "ci", "role": "reader"}),
    "run a brain that reads one secret": lambda it: it.call(
        "POST", "/brains/runs", {"identifier": "reader"}
    ),
}


@pytest.fixture
def worker() -> Worker:
    """One that has seen its project, so that no row pays for the project's first write."""
    found = Worker()
    for name in ("A", "B"):
        found.call("POST", "/secrets", {"name": name, "value": "x"})
    return found


def documented() -> Mapping[str, Counter[str]]:
    """The table of docs/operations.md."""
    text = (ROOT / "docs" / "operations.md").read_text()
    head, _, *rows = re.findall(r"^\|(.*)\|$", text.split("## What each action costs")[1], re.M)
    names = [cell.strip() for cell in head.split("|")][1:]
    found = {}
    for row in rows[: len(ACTIONS)]:
        action, *cells = [cell.strip() for cell in row.split("|")]
        numbers = zip(names, map(int, cells), strict=True)
        found[action] = Counter({name: number for name, number in numbers if number})
    return found


def test_the_table_has_every_action() -> None:
    """And the columns that are counted here."""
    assert set(documented()) == set(ACTIONS)


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_costs_what_the_table_says(worker: Worker, action: str) -> None:
    """With the root token, in Cloudflare's units."""
    assert worker.cost(lambda: ACTIONS[action](worker)) == documented()[action]


@pytest.mark.parametrize(("method", "path"), [("GET", "/secrets"), ("DELETE", "/secrets/A")])
def test_a_project_token_costs_no_more(worker: Worker, method: str, path: str) -> None:
    """As docs/operations.md says: the ledger looks at it in the same request."""
    token = worker.call("POST", "/tokens", {"name": "ci", "role": "writer"})["token"]
    other = Worker()
    for name in ("A", "B"):
        other.call("POST", "/secrets", {"name": name, "value": "x"})

    by_root = other.cost(lambda: other.call(method, path))
    by_token = worker.cost(lambda: worker.call(method, path, token=token))

    assert by_token == by_root
