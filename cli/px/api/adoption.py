"""Bringing what KV had before a project's ledger into it, and repairing its copies, over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from px.api import decode, doubt
from px.api.client import Client
from px.api.decode import Fields, number, truth
from px.errors import Detail, PxError, Refused

PATIENCE: Final = 20  # steps without progress
_STATES: Final = ("adopting", "adopted")


@dataclass(frozen=True, slots=True)
class Adoption:
    """How far it is: counts of all steps. `failed`: the first of `failed_count`."""

    is_over: bool
    secrets: int
    tokens: int
    events: int
    unverified: int
    remaining: int
    failed: tuple[Detail, ...]
    failed_count: int
    after_loss: bool

    @property
    def done(self) -> int:
        return self.secrets + self.tokens + self.events + self.failed_count

    @property
    def is_clean(self) -> bool:
        """Whether everything was brought, and every event is as it was signed."""
        return not (self.failed_count or self.unverified)

    def sentence(self) -> str:
        """What was brought."""
        secrets, tokens = counted(self.secrets, "secret"), counted(self.tokens, "token")
        return f"{secrets}, {tokens} and {counted(self.events, 'event')}"

    def document(self) -> dict[str, object]:
        failed = [{"name": one.name, "code": one.code} for one in self.failed]
        return {
            "secrets": self.secrets,
            "tokens": self.tokens,
            "events": self.events,
            "unverified": self.unverified,
            "failed": failed,
            "failedCount": self.failed_count,
            "afterLoss": self.after_loss,
        }


def counted(number: int, word: str) -> str:
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def adopt(client: Client, note: Callable[[int, int], None]) -> Adoption:
    """All steps, however many ran before; `note` gets how many entries are done, of how many."""
    idle, last = 0, (-1, -1)
    while True:
        step = client.write("/project/adopt", None, _adoption, doubt.ADOPT, status=200)
        if step.is_over:
            return step
        note(step.done, step.done + step.remaining)
        idle = idle + 1 if (step.done, step.remaining) == last else 0
        last = step.done, step.remaining
        if idle == PATIENCE:
            raise Refused("the adoption makes no progress", code="adoption_stuck")


def is_needed(client: Client) -> bool:
    """Whether the server refuses everything else until the project is adopted."""
    try:
        client.check()
    except PxError as error:
        if error.code == "adopting":
            return True
        raise
    return False


def repair(client: Client) -> int:
    """Makes every copy due again; how many."""
    from urllib.parse import urlencode

    total, path = 0, "/project/repair"
    while True:
        due, following = client.write(path, None, _repaired, doubt.REPAIR, status=200)
        total += due
        if following is None:
            return total
        path = f"/project/repair?{urlencode({'cursor': following})}"


def _adoption(found: Fields) -> Adoption:
    state = decode.text(found["state"])
    if state not in _STATES:
        raise ValueError
    failed = decode.failures(found)
    return Adoption(
        is_over=state == "adopted",
        secrets=number(found["secrets"]),
        tokens=number(found["tokens"]),
        events=number(found["events"]),
        unverified=number(found["unverified"]),
        remaining=number(found["remaining"]),
        failed=tuple(failed),
        failed_count=number(found["failedCount"]),
        after_loss=truth(found["afterLoss"]),
    )


def _repaired(found: Fields) -> tuple[int, str | None]:
    return number(found["due"]), decode.next_cursor(found)
