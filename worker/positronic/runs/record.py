"""What is stored of a run besides its events: secret names and redacted text, never a value."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final, NamedTuple, Protocol

from positronic.errors import NotFound
from positronic.names import Project
from positronic.ports import RandomBytes
from positronic.run_statuses import RUNNING

ID: Final = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class CopyRead:
    """One read of sealed copies in place of the ledger: versions by name, and when."""

    versions: Mapping[str, int]
    at: int


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run. Times in milliseconds.

    `copied` is what it read from copies, because the ledger could not be reached; `settled` of
    these are in the audit log by now. `request_id` and `address` are those of the request that
    started it. `time_limit` in seconds; None: of a version before there were any.

    `is_started`: it has its first event; before that, it may be taken back. `stopping`: the status
    that it gets as soon as its code ends, or does not end in time. `is_told`: the ledger knows how
    it ended.
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
    copied: tuple[CopyRead, ...] = ()
    settled: int = 0
    time_limit: int | None = None
    is_started: bool = True
    stopping: str | None = None
    is_told: bool = False

    @property
    def is_settled(self) -> bool:
        return self.is_told and self.settled >= len(self.copied)


class KeptEvent(NamedTuple):
    """An event as JSON; numbers count up from 1 without gaps."""

    number: int
    text: str


class RunLog(Protocol):
    """Storage for one run. Writes are durable before anyone can see their effects."""

    def load(self) -> RunRecord | None: ...

    def save(self, record: RunRecord) -> None: ...

    def put(self, event: KeptEvent) -> None:
        """A new event, or a new text for an existing one."""
        ...

    def events(self, after: int, limit: int) -> Sequence[KeptEvent]:
        """Those with a higher number, in order, at most `limit`."""
        ...


def new_id(random: RandomBytes) -> str:
    """128 random bits, so that nobody can guess another run."""
    return random(16).hex()


def parse_id(text: str) -> str:
    """Raises NotFound for text that is not a run id."""
    if not ID.fullmatch(text):
        raise NotFound("there is no run with this id")
    return text


def encode(record: RunRecord) -> str:
    return json.dumps(asdict(record))


def decode(text: str) -> RunRecord:
    fields = json.loads(text)
    copied = tuple(CopyRead(**one) for one in fields["copied"])
    return RunRecord(**{**fields, "copied": copied})
