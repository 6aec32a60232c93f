"""Copies in this process's memory, for tests: nobody else can reach them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Mapping

from positronic.errors import InvalidRequest
from positronic.names import Name
from positronic.ports import Page, Record, RecordInfo, Unreadable


class MemoryCopies:
    """One project's copies in a dict."""

    def __init__(self) -> None:
        self.records: dict[Name, Record] = {}

    async def put(self, record: Record) -> None:
        self.records[record.name] = record

    async def delete(self, name: Name) -> None:
        self.records.pop(name, None)

    async def get(self, names: Collection[Name]) -> Mapping[Name, Record | Unreadable]:
        return {name: self.records[name] for name in names if name in self.records}

    async def list(self, cursor: str | None, limit: int) -> Page[RecordInfo | Unreadable]:
        if cursor is not None and not cursor.startswith("="):
            raise InvalidRequest("`cursor` does not come from this list")
        names = sorted(self.records)
        start = bisect_right(names, cursor.removeprefix("=")) if cursor else 0
        chosen = [self.records[name] for name in names[start : start + limit]]
        more = start + limit < len(names)
        items = [RecordInfo(record.name, record.metadata) for record in chosen]
        return Page(items, f"={chosen[-1].name}" if more else None)
