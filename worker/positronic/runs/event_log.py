"""Stores one run's record and events, within limits, and wakes those who wait for more."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from positronic.brains.run_redactor import RunRedactor
from positronic.errors import TooLarge
from positronic.redact import Redactor
from positronic.redact.skimming import Skimmed, skimmed, together
from positronic.run_statuses import RUNNING
from positronic.runs.event_redactor import EventRedactor
from positronic.runs.record import KeptEvent, RunLog, RunRecord

MAX_EVENT: Final = 1_900_000  # bytes of one event's JSON; a row of a Durable Object takes 2 MB
MAX_EVENTS: Final = 10_000
MAX_KEPT: Final = 16 * 1024 * 1024  # bytes of all events: one isolate has 128 MB for every run

MAX_SKIMS: Final = 4 * 1024 * 1024  # bytes of skimmed events in memory
PAGE: Final = 512 * 1024  # characters of events sent to another run at once

_AT_ONCE: Final = 16  # events read at once while they are small
_SMALL: Final = 64 * 1024  # characters of those read before

Event = Mapping[str, Any]


class EventLog:
    """One run. Not shared between processes: each RunLog has one EventLog."""

    def __init__(self, log: RunLog) -> None:
        self._log = log
        self._found = log.load()
        self._waiting: set[asyncio.Future[None]] = set()
        self._size = 0  # of what was appended here
        # Only to continue the numbers if the run was interrupted.
        self._last = sum(1 for _ in self.events(0)) if self.is_running else 0
        self._known = 0
        # Stored events, decoded: each is decoded once, however many names are read.
        self._skims: dict[int, Skimmed | None] = {}
        self._skims_size = 0
        self._few: tuple[str, Skimmed] | None = None  # all of them as one text, while they are few

    @property
    def is_kept(self) -> bool:
        """There is a record, perhaps of a run that never started."""
        return self._found is not None

    @property
    def is_there(self) -> bool:
        return self._found is not None and self._found.is_started

    @property
    def is_running(self) -> bool:
        return self.is_there and self.record.status == RUNNING

    @property
    def record(self) -> RunRecord:
        if self._found is None:
            raise LookupError("no such run")
        return self._found

    def open(self, record: RunRecord) -> None:
        """Store a new run's record."""
        self._found = record
        self._log.save(record)

    def change(self, **changes: Any) -> None:  # noqa: ANN401 - the record's own fields
        self.open(replace(self.record, **changes))

    def append(self, event: Event) -> None:
        """Raises TooLarge for this event, or when the run has reached its limits."""
        text = _json(event)
        size = len(text.encode())
        if size > MAX_EVENT:
            raise TooLarge(f"an event of the run is larger than {MAX_EVENT} bytes")
        if self._last >= MAX_EVENTS or self._size + size > MAX_KEPT:
            raise TooLarge(f"the run has more than {MAX_EVENTS} events or {MAX_KEPT} bytes of them")
        self._size += size
        self._put(text)

    def end(self, last: Sequence[Event], **changes: Any) -> None:  # noqa: ANN401 - as for `change`
        """Store the last events, regardless of the limits, together with what they change."""
        for event in last:
            self._put(_json(event))
        self.change(**changes)
        self._skims.clear()
        self._few = None
        self._wake()

    def events(self, after: int) -> Iterator[KeptEvent]:
        """The events after a number, in their current form."""
        is_known_small = 0 < self._size < _SMALL
        count = _AT_ONCE if is_known_small else 1
        while some := self._log.events(after, count):
            yield from some
            if len(some) < count:
                return
            after = some[-1].number
            size = sum(len(event.text) for event in some)
            count = min(_AT_ONCE, 2 * count) if size < _SMALL else 1

    def page(self, after: int) -> Iterator[KeptEvent]:
        """The first events after a number, until they exceed half a megabyte."""
        size = 0
        for event in self.events(after):
            yield event
            size += len(event.text)
            if size >= PAGE:
                return

    def next(self, after: int) -> KeptEvent | None:
        """The event after a number, in its current form, so that slow readers get no older text."""
        return next(iter(self._log.events(after, 1)), None)

    def clean(self, redactor: RunRedactor) -> None:
        """Redact stored events for the values that became known since the last time."""
        if len(redactor.names) == self._known:
            return
        newer = redactor.since(self._known)
        if self._is_clean(newer):
            self._known = len(redactor.names)
            return
        # With all known values, because markers are expanded before the search.
        cleaning = EventRedactor(redactor)
        for event in self.events(0):
            found = json.loads(event.text)
            if (cleaned := cleaning.cleaned(found)) is not found:
                self._few = None
                self._log.put(event._replace(text=_json(cleaned)))
                if known := self._skims.pop(event.number, None):
                    self._skims_size -= len(known.packed)
        self._known = len(redactor.names)

    def _is_clean(self, redactor: Redactor) -> bool:
        self._few = self._few or self._together()
        if self._few is not None:
            return redactor.is_clean(*self._few)
        return all(redactor.is_clean(event.text, self._skimmed(event)) for event in self.events(0))

    def _together(self) -> tuple[str, Skimmed] | None:
        """To look at each of a few events takes longer than what is looked for. None: they are not
        few, or need a closer look: one with a `~` may have a path (RFC 6901).
        """
        if not 0 < self._size < _SMALL:
            return None
        events = list(self.events(0))
        skims = [one for event in events if (one := self._skimmed(event))]
        text = "\0".join(event.text for event in events)
        return None if len(skims) < len(events) or "~" in text else (text, together(text, skims))

    async def news(self, seconds: float) -> bool:
        """Wait for another event; False after this time without one."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            await asyncio.wait_for(future, seconds)
        except TimeoutError:
            return False
        finally:
            self._waiting.discard(future)
        return True

    def _skimmed(self, event: KeptEvent) -> Skimmed | None:
        """None when there is too much to keep."""
        if event.number not in self._skims and self._skims_size < MAX_SKIMS:
            self._skims[event.number] = found = skimmed(event.text)
            self._skims_size += len(found.packed) if found else 0
        return self._skims.get(event.number)

    def _put(self, text: str) -> None:
        self._last += 1
        self._few = None
        self._log.put(KeptEvent(self._last, text))
        self._wake()

    def _wake(self) -> None:
        for future in self._waiting:
            if not future.done():
                future.set_result(None)


def _json(event: Event) -> str:
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"))
