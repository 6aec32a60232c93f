"""The real Worker with a look into its memory: thousands of mixed requests, and what is left."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Final, NamedTuple

import httpx

from bench.assembly import assemble
from bench.worker_secrets import TOKEN, worker_secrets
from px.local.bare import BareWorker
from px.project.workspace import Workspace

HERE: Final = Path(__file__).parent
LARGE: Final = {"secrets": [{"name": f"LARGE_{n}", "value": "x" * 60_000} for n in range(4)]}
BULK: Final = {"secrets": [{"name": f"BULK_{n}", "value": "y" * 40} for n in range(20)]}


class Memory(NamedTuple):
    """WASM memory in bytes, which never shrinks, and the objects that Python holds in it."""

    wasm: int
    objects: int


@dataclass(frozen=True, slots=True)
class HeapWorker:
    """A running Worker that answers GET /heap."""

    client: httpx.Client
    token: str

    def memory(self) -> Memory:
        return Memory(**self.client.get("/heap").raise_for_status().json())

    def nothing(self, count: int) -> None:
        """The comparison: this many of the smallest answers that a Worker can give."""
        for _ in range(count):
            self.client.get("/nothing").raise_for_status()

    def mixed(self, count: int) -> None:
        """This many requests of every kind, right and wrong, small and large."""
        for (method, path, sent, status), _ in zip(cycle(self._requests()), range(count)):
            headers = {"Authorization": f"Bearer {self.token}"} | dict(sent.get("headers", {}))  # type: ignore[call-overload]
            content = {key: value for key, value in sent.items() if key != "headers"}
            answer = self.client.request(method, path, headers=headers, **content)  # type: ignore[arg-type]
            if answer.status_code != status:
                raise AssertionError(f"{method} {path} answered {answer.status_code}")

    def _requests(self) -> list[tuple[str, str, dict[str, object], int]]:
        issued = {"name": "ci", "role": "reader", "expiresIn": 3600}
        wrong = f"px_default-{'0' * 16}_{'0' * 72}"
        return [
            ("POST", "/secrets", {"json": {"name": "A", "value": "v" * 1000}}, 201),
            ("GET", "/secrets", {}, 200),
            ("GET", "/secrets/A/exists", {}, 200),
            ("POST", "/secrets/bulk", {"json": BULK}, 201),
            ("GET", "/status", {}, 200),
            ("GET", "/audit?limit=20", {}, 200),
            ("POST", "/secrets/bulk", {"json": LARGE}, 201),
            ("GET", "/secrets", {"headers": {"Authorization": f"Bearer {wrong}"}}, 401),
            ("POST", "/secrets", {"json": {"name": "1A", "value": "v"}}, 400),
            ("POST", "/secrets", {"content": b"[" * 20_000}, 415),
            ("POST", "/tokens", {"json": {**issued, "role": "root"}}, 400),
            ("GET", "/keys", {}, 200),
            ("POST", "/keys/rotate", {}, 200),
            ("DELETE", "/secrets/A", {}, 204),
            ("DELETE", "/tokens/" + "0" * 16, {}, 404),
            ("GET", "/tokens?limit=5", {}, 200),
            ("PUT", "/secrets", {}, 405),
            ("GET", "/secrets?token=x", {}, 400),
            ("POST", "/secrets/bulk", {"content": b" " * 100_000}, 415),
            ("GET", "/projects", {}, 200),
        ]


@contextmanager
def heap_worker(project: Workspace, brains: Sequence[Path] = ()) -> Iterator[HeapWorker]:
    """workerd alone with the project's Worker, on an empty KV, with more brains in it."""
    with tempfile.TemporaryDirectory() as name:
        config = assemble(project, Path(name), brains, HERE / "heap_worker" / "heap_entry.py")
        with (
            BareWorker(project, secrets=worker_secrets(), config=config) as worker,
            httpx.Client(base_url=worker.url, timeout=60, trust_env=False) as client,
        ):
            yield HeapWorker(client, TOKEN)
