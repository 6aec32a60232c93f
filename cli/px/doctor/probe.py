"""Asks a server what it allows: only reads, never retried, all within one time limit."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from px.api import decode
from px.api.admin import Admin
from px.api.decode import Fields, Secret
from px.errors import NotAllowed, PxError
from px.http.result import Answer
from px.http.retry import Outcome, Retry
from px.settings import Target


class Probe(Admin):
    """`target.timeout` limits all its calls together."""

    def __init__(self, target: Target, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(target)
        self._clock = clock
        self._deadline = clock() + target.timeout

    def status(self) -> Answer:
        """GET /status, which needs no token. Raises PxError unless the server is ready."""
        answer = self._answer(self._call("GET", "/status"), 200)
        if not decode.read(answer, 200, lambda found: decode.truth(found["ready"])):
            raise decode.stranger(answer)
        return answer

    def allows(self, path: str) -> bool:
        """Whether the token may read this. Raises PxError for any other failure."""
        try:
            self._answer(self._call("GET", path), 200)
        except NotAllowed as error:
            if error.code != "forbidden":
                raise
            return False
        return True

    def secrets(self) -> list[Secret]:
        """The project's secrets, at most 1,000."""
        answer = self._answer(self._call("GET", "/secrets?limit=1000"), 200)
        return decode.read(answer, 200, decode.page)[0]

    def opens(self, name: str, closed: Sequence[str]) -> bool:
        """Whether the server can open it; false for these codes. Raises PxError for others."""
        try:
            self._answer(self._call("GET", f"/secrets/{name}/exists"), 200)
        except PxError as error:
            if error.code not in closed:
                raise
            return False
        return True

    def _call(self, method: str, path: str, body: Fields | None = None) -> Outcome:
        self._retry = Retry(max(self._deadline - self._clock(), 0.001))
        return self._call_once(method, path, body)
