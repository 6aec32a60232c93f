"""Callers of a host that is killed under them: each knows what was acknowledged to it.

A change whose answer was lost is sent again under its Idempotency-Key until it is answered, so that
afterwards there is no doubt about any name. Each caller has names of its own.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from typing import Final

import httpx

CALLERS: Final = 8
NAMES: Final = 24  # of each caller
BULK: Final = 8
PAUSE: Final = 0.02  # seconds before a call is sent again
TRIES: Final = 6_000


@dataclass
class Caller:
    """`values`: what was acknowledged, by name; a name that is not there was deleted."""

    number: int
    url: str
    token: str
    seed: int
    load: ServeLoad
    values: dict[str, str] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._rounds = count()
        self._names = [f"C{self.number}_{one:02}" for one in range(NAMES)]

    def run(self) -> None:
        """Until the load stops; ends with the call it is at."""
        calls = [
            *(self._create, self._create, self._bulk, self._delete, self._exists, self._exists),
            *(self._list, self._history, self._tokens),
        ]
        headers = {"Authorization": f"Bearer {self.token}"}
        try:
            with httpx.Client(
                base_url=self.url, headers=headers, trust_env=False, timeout=60
            ) as client:
                while not self.load.stopped.is_set():
                    self._random.choice(calls)(client)
        except Exception as error:  # noqa: BLE001 - a thread's failure must reach the test
            self.load.odd.append(f"{type(error).__name__}: {error}")

    def _create(self, client: httpx.Client) -> None:
        name, value = self._any(), self._value()
        found = self._send(client, "POST", "/secrets", {"name": name, "value": value})
        version = int(found.json()["version"])
        if version <= self.versions.get(name, 0):
            self.load.odd.append(f"{name}: version {version} again")
        self.values[name], self.versions[name] = value, version

    def _bulk(self, client: httpx.Client) -> None:
        entries = {name: self._value() for name in self._random.sample(self._names, BULK)}
        listed = [{"name": name, "value": value} for name, value in entries.items()]
        self._send(client, "POST", "/secrets/bulk", {"secrets": listed})
        self.values |= entries

    def _delete(self, client: httpx.Client) -> None:
        if self.values:
            name = self._random.choice(sorted(self.values))
            self._send(client, "DELETE", f"/secrets/{name}")
            del self.values[name]

    def _exists(self, client: httpx.Client) -> None:
        name = self._any()
        found = self._send(client, "GET", f"/secrets/{name}/exists").json()["exists"]
        if found != (name in self.values):
            self.load.odd.append(f"{name}: exists is {found}")

    def _history(self, client: httpx.Client) -> None:
        if self.versions:
            name = self._random.choice(sorted(self.versions))
            newest = self._send(client, "GET", f"/secrets/{name}/versions").json()["versions"][0]
            if newest["version"] < self.versions[name]:
                self.load.odd.append(f"{name}: the newest version is {newest['version']}")

    def _list(self, client: httpx.Client) -> None:
        found = self._send(client, "GET", "/secrets").json()["secrets"]
        mine = {one["name"] for one in found if one["name"].startswith(f"C{self.number}_")}
        if mine != self.values.keys():
            self.load.odd.append(f"caller {self.number}: listed {sorted(mine ^ {*self.values})}")

    def _tokens(self, client: httpx.Client) -> None:
        """One is issued, used, and refused once it is revoked."""
        asked = {"name": f"load-{self.number}", "role": "reader"}
        issued = self._send(client, "POST", "/tokens", asked).json()
        own = {"Authorization": f"Bearer {issued['token']}"}
        self._send(client, "GET", "/secrets", headers=own)
        self._send(client, "DELETE", f"/tokens/{issued['id']}")
        found = self._answer(client, "GET", "/secrets", None, own)
        if found.status_code != httpx.codes.UNAUTHORIZED:
            self.load.odd.append(f"a revoked token: {found.status_code}")

    def _any(self) -> str:
        return self._random.choice(self._names)

    def _value(self) -> str:
        return f"value {self.seed} {next(self._rounds)} " + "x" * self._random.randint(0, 2000)

    def _send(
        self,
        client: httpx.Client,
        method: str,
        path: str,
        document: object = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        key = {"Idempotency-Key": f"load-{self.seed:08}-{next(self._rounds):016}"}
        more = key if method != "GET" and not path.startswith("/tokens") else {}
        found = self._answer(client, method, path, document, {**more, **(headers or {})})
        if not found.is_success and (method, found.status_code) != ("DELETE", 404):
            raise AssertionError(f"{method} {path}: {found.status_code} {found.text[:200]}")
        return found

    def _answer(
        self,
        client: httpx.Client,
        method: str,
        path: str,
        document: object,
        headers: dict[str, str],
    ) -> httpx.Response:
        """Sent until it is answered."""
        for _ in range(TRIES):
            begun = time.monotonic()
            try:
                found = client.request(method, path, json=document, headers=headers)
            except httpx.TransportError as error:
                self.load.lost[type(error).__name__] += 1
                threading.Event().wait(PAUSE)
                continue
            if found.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                self.load.note(f"{method} {_kind(path)}", time.monotonic() - begun)
                return found
        raise TimeoutError(f"{method} {path} was not answered")


@dataclass
class ServeLoad:
    """Runs between `with` and its end. `odd`: what must not happen; `lost`: answers that were."""

    url: str
    token: str
    seed: int
    odd: list[str] = field(default_factory=list)
    lost: Counter[str] = field(default_factory=Counter)
    took: dict[str, list[float]] = field(default_factory=dict)
    stopped: threading.Event = field(default_factory=threading.Event)
    _answered: threading.Condition = field(default_factory=threading.Condition)
    _count: int = 0

    def __post_init__(self) -> None:
        self.callers = [
            Caller(number, self.url, self.token, self.seed * CALLERS + number, self)
            for number in range(CALLERS)
        ]
        self._threads = [threading.Thread(target=one.run) for one in self.callers]

    def __enter__(self) -> ServeLoad:
        for one in self._threads:
            one.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self) -> None:
        """All that was sent is answered, so the host has to be there."""
        self.stopped.set()
        for one in self._threads:
            one.join()

    @property
    def count(self) -> int:
        """Answers so far."""
        return self._count

    @property
    def values(self) -> dict[str, str]:
        """Everything that was acknowledged, once the load has ended."""
        return {name: value for one in self.callers for name, value in one.values.items()}

    def note(self, kind: str, seconds: float) -> None:
        with self._answered:
            self._count += 1
            self.took.setdefault(kind, []).append(seconds)
            self._answered.notify_all()

    def wait_for(self, more: int, seconds: float = 120) -> None:
        """Until that many more calls are answered. Raises TimeoutError."""
        with self._answered:
            wanted = self._count + more
            if not self._answered.wait_for(lambda: self._count >= wanted, seconds):
                raise TimeoutError(f"{self._count} of {wanted} calls were answered: {self.odd}")


def _kind(path: str) -> str:
    """Without a name or an id."""
    first, *rest = path.strip("/").split("/")
    return "/".join(
        [first, *(one if one in ("bulk", "exists", "versions") else "*" for one in rest)]
    )
