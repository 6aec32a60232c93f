"""Writers and a lister that do not stop while the Worker below them changes."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import Final, Self

import httpx

# What DESIGN.md calls retryable; a connection that breaks while the Worker restarts is too.
RETRYABLE = frozenset({(429, "rate_limited"), (502, "store_failed"), (503, "audit_unavailable")})
# What wrangler's proxy, not the Worker, says of a change that was under way when it reloaded.
RESTARTED = "Your worker restarted mid-request."
PAUSE = 0.02  # seconds before the same request is sent again
TRIES = 3000
WRITERS: Final = 4


@dataclass
class Load:
    """Runs between `with` and its end; `acknowledged` is what each secret was last set to.

    `odd` holds every answer that is neither a success nor retryable.
    """

    url: str
    headers: dict[str, str]
    names: list[str]
    acknowledged: dict[str, str] = field(default_factory=dict)
    odd: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Self:
        shuffled = random.Random(4711).sample(self.names, len(self.names))
        writers = [partial(self._write, shuffled[n::WRITERS]) for n in range(WRITERS)]
        for work in (*writers, self._list):
            thread = threading.Thread(target=self._run, args=(work,))
            thread.start()
            self._threads.append(thread)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Each ends with the request it is at, so that all that was sent is known."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self, work: Callable[[httpx.Client, int], None]) -> None:
        round_ = 0
        try:
            with httpx.Client(base_url=self.url, headers=self.headers, trust_env=False) as client:
                while not self._stop.is_set():
                    work(client, round_)
                    round_ += 1
        except Exception as error:  # noqa: BLE001 - a thread's failure must reach the test
            self.odd.append(repr(error))

    def _write(self, names: list[str], client: httpx.Client, number: int) -> None:
        name = names[number % len(names)]
        value = f"{name} {number}"
        self._send(client, "POST", "/secrets", {"name": name, "value": value})
        self.acknowledged[name] = value

    def _list(self, client: httpx.Client, number: int) -> None:
        listed = self._send(client, "GET", "/secrets", None).json()["secrets"]
        if [item["name"] for item in listed] != sorted(self.names):
            self.odd.append(f"the list had {len(listed)} of {len(self.names)} names")
        name = self.names[number % len(self.names)]
        answer = self._send(client, "GET", f"/secrets/{name}/exists", None)
        if answer.json() != {"exists": True, "opens": True}:
            self.odd.append(f"{name}: {answer.text}")

    def _send(
        self, client: httpx.Client, method: str, path: str, document: object
    ) -> httpx.Response:
        """Sent until it succeeds."""
        for _ in range(TRIES):
            try:
                answer = client.request(method, path, json=document, timeout=30)
            except httpx.TransportError as error:
                self.counts[type(error).__name__] += 1
            else:
                self.counts[f"{method} {answer.status_code}"] += 1
                if answer.is_success:
                    return answer
                if not _is_retryable(answer):
                    self.odd.append(f"{method} {path}: {answer.status_code} {answer.text[:200]}")
            threading.Event().wait(PAUSE)
        raise TimeoutError(f"{method} {path} did not succeed")


def _is_retryable(answer: httpx.Response) -> bool:
    if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE and RESTARTED in answer.text:
        return True
    try:
        return (answer.status_code, answer.json()["code"]) in RETRYABLE
    except (ValueError, KeyError, TypeError):
        return False
