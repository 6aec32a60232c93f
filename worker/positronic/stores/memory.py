"""Every store in memory, for tests and experiments."""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import TypeVar

from positronic.names import Name, Project
from positronic.ports import Event, Page, Record, RecordInfo, TokenRecord

K = TypeVar("K", bound=str)
V = TypeVar("V")


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
        page = _page(self._records, cursor, limit)
        return Page(
            [RecordInfo(record.name, record.metadata) for record in page.items], page.cursor
        )


class MemoryAudit:
    """One project's events in a dict, by id: ascending ids are newest first."""

    def __init__(self) -> None:
        self._events: dict[str, Event] = {}

    async def append(self, event: Event) -> None:
        self._events[event.id] = event

    async def list(self, cursor: str | None, limit: int) -> Page[Event]:
        return _page(self._events, cursor, limit)


class MemoryTokens:
    """One project's tokens in a dict."""

    def __init__(self) -> None:
        self._tokens: dict[str, TokenRecord] = {}

    async def get(self, token_id: str) -> TokenRecord | None:
        return self._tokens.get(token_id)

    async def put(self, record: TokenRecord) -> None:
        self._tokens[record.id] = record

    async def delete(self, token_id: str) -> None:
        self._tokens.pop(token_id, None)

    async def list(self, cursor: str | None, limit: int) -> Page[TokenRecord]:
        return _page(self._tokens, cursor, limit)


class MemoryProjects:
    """The names of projects in a dict."""

    def __init__(self) -> None:
        self._projects: dict[Project, Project] = {}

    async def add(self, project: Project) -> None:
        self._projects[project] = project

    async def list(self, cursor: str | None, limit: int) -> Page[Project]:
        return _page(self._projects, cursor, limit)


class MemoryStorage:
    """A whole backend, which lasts as long as the process."""

    def __init__(self) -> None:
        self._records: defaultdict[Project, MemoryRecords] = defaultdict(MemoryRecords)
        self._audits: defaultdict[Project, MemoryAudit] = defaultdict(MemoryAudit)
        self._tokens: defaultdict[Project, MemoryTokens] = defaultdict(MemoryTokens)
        self._projects = MemoryProjects()

    def records(self, project: Project) -> MemoryRecords:
        return self._records[project]

    def audit_log(self, project: Project, retention: int = 0) -> MemoryAudit:
        return self._audits[project]

    def tokens(self, project: Project) -> MemoryTokens:
        return self._tokens[project]

    def projects(self) -> MemoryProjects:
        return self._projects


def _page(items: Mapping[K, V], cursor: str | None, limit: int) -> Page[V]:
    """In the order of the keys; the cursor is `=` and the last key of the page."""
    keys = sorted(items)
    start = bisect.bisect_right(keys, cursor.removeprefix("=")) if cursor else 0
    chosen = keys[start : start + limit]
    more = start + limit < len(keys)
    return Page([items[key] for key in chosen], f"={chosen[-1]}" if more else None)
