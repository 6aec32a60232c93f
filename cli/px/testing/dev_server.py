"""TestDevServer: the real API with ledgers in memory, on loopback, failing on demand."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
import time
from base64 import b64encode
from collections import defaultdict, deque
from collections.abc import Coroutine, Iterable, Mapping
from dataclasses import dataclass, replace
from logging import CRITICAL
from typing import Final

import httpx
import uvicorn

from positronic.access import tokens
from positronic.api.service import Service, Settings, target_configs
from positronic.brains import Brain
from positronic.brains.discovery import Brains
from positronic.ciphers.native import NativeCipher
from positronic.ledger.event_rows import EVENTS
from positronic.names import Project, parse_project
from positronic.secrets.sealer import Sealer
from positronic.targets.configured import Make, Targets
from positronic.targets.configured import opened as opened_targets
from px.serve.asgi import Receive, Scope, Send, application
from px.serve.one_process import one_process
from px.testing.faults import Fault, FragileLedger
from px.testing.ledger_contents import newest_event, opened, seed

PROJECT: Final = "default"


@dataclass(frozen=True, slots=True)
class CallSeen:
    """One received request: method and path with query, never a body."""

    method: str
    path: str


class TestDevServer:
    """A context manager; connect with `url` and `token`; `calls` lists the received requests.

    It serves `brains`, with runs in memory. `targets`: how one of each type is made.
    `fail_next(*faults)`: one fault for each of the next calls; None lets its call through.
    """

    __test__ = False  # not a test, despite its name

    def __init__(
        self, brains: Iterable[Brain] = (), targets: Mapping[str, Make] | None = None
    ) -> None:
        self._brains = Brains(brains)
        self._makes = targets or {}
        self.token = tokens.mint_root(os.urandom)
        self.calls: list[CallSeen] = []
        self.reports: list[str] = []
        self._called = threading.Condition()
        self._faults: deque[Fault | None] = deque()
        self._ledgers: defaultdict[Project, FragileLedger] = defaultdict(FragileLedger)
        self._background: set[asyncio.Task[None]] = set()
        self.shift = 0
        self._settings = self._first_settings()
        self._restart()
        # With an explicit protocol asyncio sends small answers at once; otherwise each waits 40 ms.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        config = uvicorn.Config(
            self._serve,
            interface="asgi3",
            lifespan="off",
            proxy_headers=False,
            log_config=None,
            log_level=CRITICAL,  # deliberate faults are not logged
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that make px use this server."""
        return {"PX_URL": self.url, "PX_TOKEN": self.token}

    def __enter__(self) -> TestDevServer:
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen(64)  # from now on a call waits instead of being refused
        self._port = self._socket.getsockname()[1]
        self._settings = replace(self._settings, local_origin=self.url)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()

    def transport(self) -> httpx.ASGITransport:
        """The same server in process, for an httpx.AsyncClient; works without entering it."""
        return httpx.ASGITransport(self._serve)

    def fail_next(self, *faults: Fault | None) -> None:
        self._faults.extend(faults)

    def fail_commits_after(self, count: int | None, project: str = PROJECT) -> None:
        """The ledger makes `count` more commits and then fails, until set to None."""
        self.ledger(project).commits_left = count

    def ledger(self, project: str = PROJECT) -> FragileLedger:
        """Where a test finds what is kept, and changes it as an attacker could."""
        return self._ledgers[parse_project(project)]

    def reset(self) -> None:
        """Resets everything: secrets, events, calls and faults."""
        for forgotten in (self._ledgers, self.calls, self.reports, self._faults):
            forgotten.clear()
        self.shift = 0
        self._restart()

    def shift_clock(self, milliseconds: int) -> None:
        """Sets how far the server's clock is from this machine's."""
        self.shift = milliseconds

    def tamper_with_audit(
        self, project: str = PROJECT, key_id: str | None = None, sequence: int | None = None
    ) -> str:
        """Rewrites the newest event, like an attacker with access to the ledger; returns its id.

        `key_id`: the key that the event names afterwards; by default the one that signed it.
        `sequence`: of another event than the newest.
        """
        ledger = self.ledger(project)
        chained = newest_event(ledger, sequence)
        signature = chained.event.signature
        if signature is not None and key_id is not None:
            signature = signature._replace(key_id=key_id)
        event = replace(chained.event, names=("\x1b[31mOTHER\n",), signature=signature)
        ledger.commit([EVENTS.put(replace(chained, event=event))], {})
        return event.id

    def configure(self, **changes: str) -> None:
        """Changes the settings from the next call on, like a deploy."""
        self._use(replace(self.service.settings, **changes))

    def wait_for_calls(self, count: int, timeout: float = 20) -> None:
        """Waits until that many calls have arrived. Raises TimeoutError."""
        with self._called:
            if not self._called.wait_for(lambda: len(self.calls) >= count, timeout):
                raise TimeoutError(f"{len(self.calls)} of {count} calls came in")

    def seed(self, secrets: Mapping[str, str], project: str = PROJECT) -> None:
        """Stores secrets without a call and without an audit event."""
        sealer, now = self._sealer(project), self._clock()
        asyncio.run(seed(self.ledger(project), sealer, secrets, now))

    def targets(self, project: str = PROJECT) -> Targets:
        """Those of the settings that the project may switch on."""
        configs = target_configs(self.service.settings)
        return opened_targets(configs, parse_project(project), self._makes)

    def values(self, project: str = PROJECT) -> dict[str, str]:
        """The stored secrets in plain text, which only a test that has the keys can read."""
        return asyncio.run(opened(self.ledger(project), self._sealer(project)))

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        query = scope["query_string"].decode("latin-1")
        path = scope["raw_path"].decode("latin-1") + (f"?{query}" if query else "")
        with self._called:
            self.calls.append(CallSeen(scope["method"], path))
            self._called.notify_all()
        fault = self._faults.popleft() if self._faults else None
        if fault is None:
            await self._app(scope, receive, send)
        else:
            await fault(self._app, scope, receive, send)

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])

    def _sealer(self, project: str) -> Sealer:
        keyring = self.service.keyring()
        return Sealer(parse_project(project), NativeCipher(), keyring, os.urandom)

    def _first_settings(self) -> Settings:
        return Settings(
            master_keys=f"test:{b64encode(os.urandom(32)).decode()}",
            root_token_sha256=tokens.root_hash(self.token),
            project=PROJECT,
        )

    def _restart(self) -> None:
        """Simulates a restart: forgets everything that is not in a ledger."""
        self._runtime = one_process(
            lambda: self.service.settings,
            lambda project: self._ledgers[project],
            clock=self._clock,
            random=os.urandom,
            report=self.reports.append,
            in_background=self._in_background,
            targets=self._makes,
        ).runtime
        self._use(self._settings)

    def _use(self, settings: Settings) -> None:
        self.service = Service(settings, self._runtime, self._brains)
        self._app = application(self.service)

    def _clock(self) -> int:
        return time.time_ns() // 1_000_000 + self.shift

    def _in_background(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)  # a task without a reference may be collected before it ends
        task.add_done_callback(self._background.discard)
