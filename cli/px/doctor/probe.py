"""Asks a server what it allows: only reads, never retried, all within one time limit."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from px.api.client import Client
from px.api.decode import Fields, truth
from px.api.errors import read, stranger
from px.api.secrets import standing
from px.errors import NotAllowed, PxError
from px.http.result import Answer
from px.http.retry import Outcome, Retry
from px.settings import Target


class Probe(Client):
    """`target.timeout` limits all its calls together."""

    def __init__(self, target: Target, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(target)
        self._allowed: dict[str, bool] = {}
        self._clock = clock
        self._deadline = clock() + target.timeout

    def status(self) -> Answer:
        """GET /status, which needs no token. Raises PxError unless the server is ready."""
        answer = self.answer(self.call("GET", "/status"), 200)
        if not read(answer, 200, lambda found: truth(found["ready"])):
            raise stranger(answer)
        return answer

    def allows(self, path: str) -> bool:
        """Whether the token may read this, asked once. Raises PxError for any other failure."""
        if path not in self._allowed:
            try:
                self.answer(self.call("GET", path), 200)
                self._allowed[path] = True
            except NotAllowed as error:
                if error.code != "forbidden":
                    raise
                self._allowed[path] = False
        return self._allowed[path]

    def opens(self, name: str, closed: Sequence[str]) -> bool | None:
        """Whether the server can open it; false for these codes. Raises PxError for others.

        None: it does not say so, as it may not read the value back.
        """
        try:
            answer = self.answer(self.call("GET", f"/secrets/{name}/exists"), 200)
        except PxError as error:
            if error.code not in closed:
                raise
            return False
        found = read(answer, 200, standing)
        return True if found.opens or not found.exists else None

    def call(self, method: str, path: str, body: Fields | None = None) -> Outcome:
        self.retry = Retry(max(self._deadline - self._clock(), 0.001))
        return self.call_once(method, path, body)
