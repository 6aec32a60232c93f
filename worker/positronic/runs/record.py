"""What is kept of a run beside its events. Never a value: names of secrets, and redacted text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final, NamedTuple, Protocol

from positronic.errors import NotFound
from positronic.names import Name, Project
from positronic.ports import RandomBytes

RUNNING: Final = "running"
COMPLETE: Final = "complete"
ERROR: Final = "error"
INTERRUPTED: Final = "interrupted"

ID: Final = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run. Times in milliseconds.

    `reads` are the names whose values it was given; `unrecorded` says that the audit log does not
    have them yet. `request_id` and `address` are those of the request that started it.
    """

    project: Project
    id: str
    title: str
    created_at: int
    request_id: str
    address: str | None
    status: str = RUNNING
    completed_at: int | None = None
    starts_at: int | None = None
    rerun_of: str | None = None
    error: Mapping[str, str] | None = None
    reads: tuple[Name, ...] = ()
    unrecorded: bool = False


class KeptEvent(NamedTuple):
    """An event as JSON; numbers go up from 1 without a gap."""

    number: int
    text: str


class RunLog(Protocol):
    """Where one run is kept. What was written here is there before anyone can see its effect."""

    def load(self) -> RunRecord | None: ...

    def save(self, record: RunRecord) -> None: ...

    def put(self, event: KeptEvent) -> None:
        """A new event, or another text for one that is there."""
        ...

    def events(self, after: int, limit: int) -> Sequence[KeptEvent]:
        """In order, those with a higher number; `limit` at most."""
        ...


def new_id(random: RandomBytes) -> str:
    """128 random bits: nobody guesses another's run."""
    return random(16).hex()


def parse_id(text: str) -> str:
    """Raises NotFound: what is no id stands for no run."""
    if not ID.fullmatch(text):
        raise NotFound("there is no run with this id")
    return text


def encode(record: RunRecord) -> str:
    return json.dumps(asdict(record))


def decode(text: str) -> RunRecord:
    fields = json.loads(text)
    return RunRecord(**{**fields, "reads": tuple(fields["reads"])})
