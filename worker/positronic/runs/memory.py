"""The RunLog of a single-process host."""

from __future__ import annotations

from collections.abc import Sequence

from positronic.runs.record import KeptEvent, RunRecord


class MemoryRunLog:
    """Lasts as long as the process."""

    def __init__(self) -> None:
        self._record: RunRecord | None = None
        self._events: list[KeptEvent] = []

    def load(self) -> RunRecord | None:
        return self._record

    def save(self, record: RunRecord) -> None:
        self._record = record

    def put(self, event: KeptEvent) -> None:
        self._events[event.number - 1 :] = [event, *self._events[event.number :]]

    def events(self, after: int, limit: int) -> Sequence[KeptEvent]:
        return self._events[after : after + limit]
