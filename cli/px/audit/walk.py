"""Walks the audit log: part of it, all of it, or new events as they arrive."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, takewhile
from typing import Final

from px.api.audit import VERDICTS, AuditEvent, AuditLog
from px.api.keys import KEY_ID
from px.errors import Usage

DEFAULT_LIMIT: Final = 100
POLL: Final = 2.0  # seconds
NAMELESS: Final = "?"  # an older server does not name the key; no key has this id
LATE: Final = 120_000  # ms: how late and out of order a list may show an event


@dataclass(frozen=True, slots=True)
class Checked:
    """How many events have each verdict, which were changed, and which keys are unknown.

    `unknown`: the number of events for each key id that the Worker does not hold. `dropped`: the
    ids of keys that, according to the caller, a rotation dropped.
    """

    counts: Counter[str]
    changed: tuple[AuditEvent, ...]
    unknown: Counter[str]
    dropped: frozenset[str] = frozenset()

    @property
    def unexpected(self) -> dict[str, int]:
        """Unknown keys that the caller did not name: their events may have been changed."""
        return {key: self.unknown[key] for key in sorted(self.unknown) if key not in self.dropped}

    @property
    def is_clean(self) -> bool:
        """Whether nothing was changed and every unknown key is known to be dropped."""
        return not self.changed and not self.unexpected

    def document(self) -> dict[str, object]:
        changed = [{"id": one.id, "time": one.time} for one in self.changed]
        counts = {"unknownKey" if v == "unknown_key" else v: self.counts[v] for v in VERDICTS}
        keys = [
            {"id": key, "count": self.unknown[key], "dropped": key in self.dropped}
            for key in sorted(self.unknown)
        ]
        total = {"count": self.counts.total()}
        return {**counts, **total, "changedEvents": changed, "unknownKeys": keys}

    def sentence(self) -> str:
        intact, changed, unknown = (self.counts[verdict] for verdict in VERDICTS)
        by_key = ", ".join(f"{key}: {self.unknown[key]}" for key in sorted(self.unknown))
        return f"{intact} intact, {changed} changed, {unknown} not verifiable" + (
            f" (unknown key {by_key})" if by_key else ""
        )

    def hint(self) -> str:
        """What to do about unknown keys; empty if nothing."""
        if not self.unexpected:
            return ""
        options = " ".join(f"--dropped {key}" for key in sorted({*self.dropped, *self.unexpected}))
        return f"if a rotation dropped these keys, run `px audit verify {options}`"


def dropped_ids(given: Iterable[str]) -> frozenset[str]:
    """The ids of --dropped. Raises Usage for an invalid key id."""
    ids = frozenset(given)
    if not all(KEY_ID.fullmatch(one) for one in ids):
        raise Usage(
            "--dropped expects a key id: 1 to 32 letters, digits, - and _",
            hint="`px key rotate` printed the ids of the keys that it dropped",
        )
    return ids


def recent(log: AuditLog, start: int | None, limit: int | None) -> list[AuditEvent]:
    """Events, newest first; without start (ms) and limit, the newest DEFAULT_LIMIT."""
    if limit is None and start is None:
        limit = DEFAULT_LIMIT
    return list(islice(_since(log, start), limit))


def check(log: AuditLog, start: int | None, dropped: frozenset[str] = frozenset()) -> Checked:
    """Every event from `start` (ms) on."""
    counts: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    changed: list[AuditEvent] = []
    for event in _since(log, start):
        counts[event.integrity] += 1
        if event.integrity == "changed":
            changed.append(event)
        elif event.integrity == "unknown_key":
            unknown[event.key_id or NAMELESS] += 1
    return Checked(counts, tuple(changed), unknown, dropped)


def follow(
    log: AuditLog,
    start: int | None,
    limit: int | None,
    pause: Callable[[float], None] = time.sleep,
) -> Iterator[AuditEvent]:
    """Events from `start`, or the newest `limit`, then each new one once; oldest first."""
    seen: dict[str, int] = {}
    shown: list[AuditEvent] = []
    for position, event in enumerate(log.events()):
        horizon = _horizon(seen)
        is_late = horizon is None or event.at >= horizon
        is_shown = _is_shown(position, event, start, limit)
        if is_late:
            seen[event.id] = event.at
        if is_shown:
            shown.append(event)
        if not (is_late or is_shown):
            break
    yield from reversed(shown)
    while True:
        pause(POLL)
        horizon = _horizon(seen)
        fresh = [event for event in _since(log, horizon) if event.id not in seen]
        yield from reversed(fresh)
        seen |= {event.id: event.at for event in fresh}
        seen = {key: at for key, at in seen.items() if horizon is None or at >= horizon}


def _is_shown(position: int, event: AuditEvent, start: int | None, limit: int | None) -> bool:
    if start is None and limit is None:
        return False
    return (start is None or event.at >= start) and (limit is None or position < limit)


def _horizon(seen: dict[str, int]) -> int | None:
    """How old (ms) a new event may be. None: nothing was seen yet."""
    # An entry planted in the far future must not hide the others.
    return min(max(seen.values()), time.time_ns() // 1_000_000) - LATE if seen else None


def _since(log: AuditLog, start: int | None) -> Iterator[AuditEvent]:
    events = log.events()
    return events if start is None else takewhile(lambda event: event.at >= start, events)
