"""Stores that work until they are told to fail."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from positronic.errors import StoreFailed
from positronic.names import Name, Project
from positronic.ports import (
    AuditLog,
    Event,
    Page,
    ProjectRegistry,
    Record,
    RecordInfo,
    RecordStore,
    Storage,
    TokenRecord,
    TokenStore,
    Unreadable,
)
from positronic.stores.memory import MemoryRecords, MemoryTokens


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

    async def list(self, cursor: str | None, limit: int) -> Page[RecordInfo | Unreadable]:
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


class FaultyTokens:
    """Passes on to `inner`; fails all calls of some kinds, and counts the calls of each kind."""

    def __init__(self, inner: TokenStore, error: Exception | None = None) -> None:
        self.inner = inner
        self.error = error or StoreFailed("the store failed")
        self.failing_calls: set[str] = set()
        self.calls: list[str] = []

    async def get(self, token_id: str) -> TokenRecord | None:
        self._note("get")
        return await self.inner.get(token_id)

    async def put(self, record: TokenRecord) -> None:
        self._note("put")
        await self.inner.put(record)

    async def delete(self, token_id: str) -> None:
        self._note("delete")
        await self.inner.delete(token_id)

    async def list(self, cursor: str | None, limit: int) -> Page[TokenRecord | Unreadable]:
        self._note("list")
        return await self.inner.list(cursor, limit)

    def _note(self, call: str) -> None:
        self.calls.append(call)
        if call in self.failing_calls:
            raise self.error


@dataclass(frozen=True)
class PartlyReplaced:
    """A Storage with other parts in place of some of its own, whatever the project."""

    inner: Storage
    own_records: Callable[[Project], RecordStore] | None = None
    own_audit_log: Callable[[Project], AuditLog] | None = None
    own_tokens: Callable[[Project], TokenStore] | None = None

    def records(self, project: Project) -> RecordStore:
        return self.own_records(project) if self.own_records else self.inner.records(project)

    def audit_log(self, project: Project, retention: int) -> AuditLog:
        if self.own_audit_log:
            return self.own_audit_log(project)
        return self.inner.audit_log(project, retention)

    def tokens(self, project: Project) -> TokenStore:
        return self.own_tokens(project) if self.own_tokens else self.inner.tokens(project)

    def projects(self) -> ProjectRegistry:
        return self.inner.projects()


class LaggingRecords(MemoryRecords):
    """Goes on showing what stood in `inner` when `lag` was called, as KV does elsewhere."""

    def __init__(self, inner: MemoryRecords) -> None:
        super().__init__()
        self._inner = inner
        self._shown = inner

    async def lag(self) -> None:
        self._shown = MemoryRecords()
        names = [item.name for item in (await self._inner.list(None, 1000)).items]
        for record in (await self._inner.get(names)).values():
            await self._shown.put(record)

    async def get(self, names: Collection[Name]) -> Mapping[Name, Record]:
        return await self._shown.get(names)

    async def put(self, record: Record) -> None:
        await self._inner.put(record)

    async def delete(self, name: Name) -> None:
        await self._inner.delete(name)

    async def list(self, cursor: str | None, limit: int) -> Page[RecordInfo]:
        return await self._shown.list(cursor, limit)


class LaggingTokens(MemoryTokens):
    """The same for tokens."""

    def __init__(self, inner: MemoryTokens) -> None:
        super().__init__()
        self._inner = inner
        self._shown = inner

    async def lag(self) -> None:
        self._shown = MemoryTokens()
        for record in (await self._inner.list(None, 1000)).items:
            await self._shown.put(record)

    async def get(self, token_id: str) -> TokenRecord | None:
        return await self._shown.get(token_id)

    async def put(self, record: TokenRecord) -> None:
        await self._inner.put(record)

    async def delete(self, token_id: str) -> None:
        await self._inner.delete(token_id)

    async def list(self, cursor: str | None, limit: int) -> Page[TokenRecord]:
        return await self._shown.list(cursor, limit)
