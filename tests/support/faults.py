"""Stores that work until they are told to fail."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from positronic.errors import StoreFailed
from positronic.names import Name
from positronic.ports import AuditLog, Event, Page, Record, RecordInfo, RecordStore


class FaultyRecords:
    """Passes on to `inner`; fails the puts of some names, all calls of some kinds; counts reads."""

    def __init__(self, inner: RecordStore, error: Exception | None = None) -> None:
        self.inner = inner
        self.error = error or StoreFailed("the store failed")
        self.failing_names: set[str] = set()
        self.failing_calls: set[str] = set()
        self.read_sizes: list[int] = []
        self.puts: list[Name] = []

    async def get(self, names: Collection[Name]) -> Mapping[Name, Record]:
        self.read_sizes.append(len(names))
        self._fail("get")
        return await self.inner.get(names)

    async def put(self, record: Record) -> None:
        self._fail("put")
        if record.name in self.failing_names:
            raise self.error
        self.puts.append(record.name)
        await self.inner.put(record)

    async def delete(self, name: Name) -> None:
        self._fail("delete")
        await self.inner.delete(name)

    async def list(self, cursor: str | None, limit: int) -> Page[RecordInfo]:
        self._fail("list")
        return await self.inner.list(cursor, limit)

    def _fail(self, call: str) -> None:
        if call in self.failing_calls:
            raise self.error


class FaultyAudit:
    """Passes on to `inner`; fails every append after the first `working` ones."""

    def __init__(self, inner: AuditLog, working: int, error: Exception | None = None) -> None:
        self.inner = inner
        self.working = working
        self.error = error or StoreFailed("the store failed")

    async def append(self, event: Event) -> None:
        if self.working == 0:
            raise self.error
        self.working -= 1
        await self.inner.append(event)

    async def list(self, cursor: str | None, limit: int) -> Page[Event]:
        return await self.inner.list(cursor, limit)
