"""What each Worker is asked to do, over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from secrets import token_hex
from typing import Final

from bench.connection import Connection
from bench.rounds import Measure, timed_warm

WRONG: Final = "x" * 32
NAMES: Final = [f"NAME_{number:03}" for number in range(100)]
BULK: Final = {"secrets": [{"name": name, "value": token_hex(20)} for name in NAMES]}


@dataclass(frozen=True, slots=True)
class Job:
    """One request, and how many of it are timed in a round."""

    label: str
    method: str
    path: str
    body: object = None
    expected: int = 200
    samples: int = 20
    token: str = ""  # the connection's own, unless it says another

    @property
    def leaves_work(self) -> bool:
        """Whether copies are due after it."""
        return self.method != "GET"

    def of(self, connection: Connection) -> Callable[[], bytes]:
        """Asks this Worker each time it is called."""
        return connection.prepare(
            self.method, self.path, self.body, expected=self.expected, token=self.token
        )

    def timed(self, connection: Connection) -> Measure:
        """Warm, and begun when no copy is due."""
        # To wait where nothing is due would leave the Worker idle, and so cold, in between.
        do = self.of(connection)
        return settled(do, connection) if self.leaves_work else timed_warm(do)


STATUS: Final = Job("GET /status", "GET", "/status")
LIST: Final = Job("GET /secrets, 100 names", "GET", "/secrets")
EXISTS: Final = Job("GET /secrets/NAME/exists", "GET", f"/secrets/{NAMES[0]}/exists")
UPDATE: Final = Job(
    "POST /secrets, update", "POST", "/secrets", BULK["secrets"][0], 201, samples=40
)
BULK_UPDATE: Final = Job(
    "POST /secrets/bulk, 100 updates", "POST", "/secrets/bulk", BULK, 201, samples=3
)
AUDIT: Final = Job("GET /audit?limit=10", "GET", "/audit?limit=10")
REFUSED: Final = Job("GET /secrets, wrong token: 401", "GET", "/secrets", expected=401, token=WRONG)


def settled(do: Callable[[], object], connection: Connection) -> Measure:
    """Begun when no copy is due. Only a Worker that makes copies has waited for them, and is cold:
    a read comes in between, at each of them.
    """
    return timed_warm(do, connection.copies.wait, EXISTS.of(connection))


def prepare(connection: Connection) -> None:
    """Issues the token that the jobs are done with, and writes the 100 secrets."""
    issued = connection.call("POST", "/tokens", {"name": "bench", "role": "admin"}, expected=201)
    connection.token = issued["token"]
    BULK_UPDATE.of(connection)()
