"""Walks the audit log: part of it, all of it, or new events as they arrive."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, takewhile
from typing import Final

from px.api.audit import ACKNOWLEDGED, VERDICTS, AuditEvent, AuditLog
from px.api.keys import KEY_ID
from px.audit.heads import Head
from px.errors import Usage

DEFAULT_LIMIT: Final = 100
POLL: Final = 2.0  # seconds
NAMELESS: Final = "?"  # an older server does not name the key; no key has this id
LATE: Final = 120_000  # ms: how late and out of order a list may show an event

Wanted = Mapping[str, str]  # what events must match: actor, action, name


@dataclass(frozen=True, slots=True)
class Checked:
    """How many events have each verdict, which were changed, and which keys are unknown.

    `acknowledged`: the changed events that intact ones of root name.

    `unknown`: the number of events for each key id that the Worker does not hold. `dropped`: the
    ids of keys that, according to the caller, a rotation dropped. `missing`: the first and the last
    number of each gap. `head`: the newest event; `known`: an event that was seen before, and
    `is_known`: whether it is still there.
    """

    counts: Counter[str]
    changed: tuple[AuditEvent, ...]
    unknown: Counter[str]
    acknowledged: frozenset[Head] = frozenset()
    dropped: frozenset[str] = frozenset()
    missing: tuple[tuple[int, int], ...] = ()
    head: Head | None = None
    known: Head | None = None
    is_known: bool = True

    @property
    def unexpected(self) -> dict[str, int]:
        """Unknown keys that the caller did not name: their events may have been changed."""
        return {key: self.unknown[key] for key in sorted(self.unknown) if key not in self.dropped}

    def is_acknowledged(self, event: AuditEvent) -> bool:
        """Whether root knows of exactly this change: changed again, it is another one."""
        return place_of(event) in self.acknowledged

    @property
    def news(self) -> tuple[AuditEvent, ...]:
        """The changed events that root did not acknowledge."""
        return tuple(one for one in self.changed if not self.is_acknowledged(one))

    @property
    def is_clean(self) -> bool:
        """Whether every changed event is acknowledged, every unknown key is known as dropped, and
        nothing is missing.
        """
        return self.is_known and not (self.news or self.missing or self.unexpected)

    def document(self) -> dict[str, object]:
        changed = [
            {
                "id": one.id,
                "time": one.time,
                "event": None if (place := place_of(one)) is None else str(place),
                "acknowledged": self.is_acknowledged(one),
            }
            for one in self.changed
        ]
        counts = {"unknownKey" if v == "unknown_key" else v: self.counts[v] for v in VERDICTS}
        keys = [
            {"id": key, "count": self.unknown[key], "dropped": key in self.dropped}
            for key in sorted(self.unknown)
        ]
        total = {"count": self.counts.total()}
        missing = [{"first": first, "last": last} for first, last in self.missing]
        heads = {"head": self.head, "knownHead": self.known}
        return {
            **counts,
            **total,
            "changedEvents": changed,
            "unknownKeys": keys,
            "missing": missing,
            "cutOff": not self.is_known,
            **{name: None if head is None else str(head) for name, head in heads.items()},
        }

    def sentence(self) -> str:
        intact, changed, unknown = (self.counts[verdict] for verdict in VERDICTS)
        by_key = ", ".join(f"{key}: {self.unknown[key]}" for key in sorted(self.unknown))
        acknowledged = changed - len(self.news)
        return (
            f"{intact} intact, {changed} changed"
            + (f" ({acknowledged} acknowledged)" if acknowledged else "")
            + f", {unknown} not verifiable"
            + (f" (unknown key {by_key})" if by_key else "")
        )

    def loss(self) -> str:
        """What is known to be gone; empty if nothing is."""
        if self.is_known or self.known is None:
            return ""
        seen = f"event {self.known.sequence} was seen before"
        if self.head is None:
            return f"the log was cut off: it is empty, and {seen}"
        if self.head.sequence < self.known.sequence:
            return f"the log was cut off: it ends with event {self.head.sequence}, and {seen}"
        return f"the log was replaced: {seen}, and is not in it any more"

    def hint(self) -> str:
        """What to do about unknown keys, else about a changed event; empty if nothing."""
        if not self.unexpected:
            places = [place for one in self.news if (place := place_of(one))]
            is_enough = places and not self.missing  # a gap cannot be acknowledged
            return f"once you know why: `px audit acknowledge {places[0]}`" if is_enough else ""
        options = " ".join(f"--dropped {key}" for key in sorted({*self.dropped, *self.unexpected}))
        return f"if these keys were dropped or lost, run `px audit verify {options}`"


def place_of(event: AuditEvent) -> Head | None:
    """Its number and digest; None for one that has no place in the chain."""
    if event.sequence is None or event.digest is None:
        return None
    return Head(event.sequence, event.digest)


def _acknowledged_by(event: AuditEvent) -> Head | None:
    """The changed event that this one names. Nobody but root is let into making an intact one."""
    if (event.action, event.integrity) != (ACKNOWLEDGED, "intact"):
        return None
    sequence, digest = event.details.get("sequence"), event.details.get("digest")
    return Head(sequence, digest) if type(sequence) is int and isinstance(digest, str) else None


def dropped_ids(given: Iterable[str]) -> frozenset[str]:
    """The ids of --dropped. Raises Usage for an invalid key id."""
    ids = frozenset(given)
    if not all(KEY_ID.fullmatch(one) for one in ids):
        raise Usage(
            "--dropped expects a key id: 1 to 32 letters, digits, - and _",
            hint="`px key rotate` printed the ids of the keys that it dropped",
        )
    return ids


def recent(
    log: AuditLog, start: int | None, limit: int | None, wanted: Wanted | None = None
) -> list[AuditEvent]:
    """Events, newest first; without start (ms) and limit, the newest DEFAULT_LIMIT."""
    if limit is None and start is None:
        limit = DEFAULT_LIMIT
    return list(islice(_since(log, start, wanted), limit))


def check(
    log: AuditLog,
    start: int | None,
    dropped: frozenset[str] = frozenset(),
    known: Head | None = None,
) -> Checked:
    """Every event from `start` (ms) on, and whether the `known` one is still in its place."""
    newest = log.head()
    head = None if newest is None else Head(*newest)
    counts: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    changed: list[AuditEvent] = []
    acknowledged: set[Head] = set()  # complete when the walk is at the event: they come after it
    chain = _Chain(known)
    for event in log.events():
        is_asked_for = start is None or event.at >= start
        if not (is_asked_for or chain.is_before_known(event)):
            break
        chain.add(event)
        if not is_asked_for:
            continue
        counts[event.integrity] += 1
        if place := _acknowledged_by(event):
            acknowledged.add(place)
        if event.integrity == "changed":
            changed.append(event)
        elif event.integrity == "unknown_key":
            unknown[event.key_id or NAMELESS] += 1
    return Checked(
        counts,
        tuple(changed),
        unknown,
        frozenset(acknowledged),
        dropped,
        tuple(chain.missing),
        head,
        known,
        is_known=chain.has_known(head),
    )


class _Chain:
    """The numbers of a log's events, newest first: which are missing, and what became of one."""

    def __init__(self, known: Head | None) -> None:
        self.missing: list[tuple[int, int]] = []
        self._known = known
        self._last: int | None = None
        self._digest: str | None = None

    def is_before_known(self, event: AuditEvent) -> bool:
        """Whether the walk has to go on to reach the known event."""
        return (
            self._known is not None
            and event.sequence is not None
            and event.sequence >= self._known.sequence
        )

    def add(self, event: AuditEvent) -> None:
        number = event.sequence
        if number is None:
            return
        if self._last is not None and number < self._last - 1:
            self.missing.append((number + 1, self._last - 1))
        self._last = number
        if self._known is not None and number == self._known.sequence:
            self._digest = event.digest

    def has_known(self, head: Head | None) -> bool:
        """Whether it is as it was; one that is older than all that is left, retention removed."""
        if self._known is None:
            return True
        if head is None or head.sequence < self._known.sequence:
            return False
        if self._digest is not None:
            return self._digest == self._known.digest
        return self._last is not None and self._last > self._known.sequence


def follow(
    log: AuditLog,
    start: int | None,
    limit: int | None,
    wanted: Wanted | None = None,
    pause: Callable[[float], None] = time.sleep,
) -> Iterator[AuditEvent]:
    """Events from `start`, or the newest `limit`, then each new one once; oldest first."""
    seen: dict[str, int] = {}
    shown: list[AuditEvent] = []
    for position, event in enumerate(log.events(wanted)):
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
        fresh = [event for event in _since(log, horizon, wanted) if event.id not in seen]
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


def _since(log: AuditLog, start: int | None, wanted: Wanted | None) -> Iterator[AuditEvent]:
    events = log.events(wanted)
    return events if start is None else takewhile(lambda event: event.at >= start, events)
