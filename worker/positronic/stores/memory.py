"""RecordStore and AuditLog in this process's memory: for tests and for trying things out."""

from __future__ import annotations

import bisect
from collections.abc import Collection, Mapping

from positronic.names import Name
from positronic.ports import Event, Page, Record, RecordInfo


class MemoryRecords:
    """One project's records in a dict."""

    def __init__(self) -> None:
        self._records: dict[Name, Record] = {}

    async def get(self, names: Collection[Name]) -> Mapping[Name, Record]:
        return {name: self._records[name] for name in names if name in self._records}

    async def put(self, record: Record) -> None:
        self._records[record.name] = record

    async def delete(self, name: Name) -> None:
        self._records.pop(name, None)

    async def list(self, cursor: str | None, limit: int) -> Page[RecordInfo]:
        """The cursor is the last name given."""
        names = sorted(self._records)
        start = bisect.bisect_right(names, cursor) if cursor else 0
        chosen = names[start : start + limit]
        items = [RecordInfo(name, self._records[name].metadata) for name in chosen]
        more = start + limit < len(names)
        return Page(items, chosen[-1] if more else None)


class MemoryAudit:
    """One project's events in a dict, by id: ascending ids are newest first."""

    def __init__(self) -> None:
        self._events: dict[str, Event] = {}

    async def append(self, event: Event) -> None:
        self._events[event.id] = event

    async def list(self, cursor: str | None, limit: int) -> Page[Event]:
        """The cursor is the last id given."""
        ids = sorted(self._events)
        start = bisect.bisect_right(ids, cursor) if cursor else 0
        chosen = ids[start : start + limit]
        more = start + limit < len(ids)
        return Page([self._events[key] for key in chosen], chosen[-1] if more else None)
