"""A backend, as CONTRIBUTING.md builds it: everything a host keeps, in one SQLite table.

A row is (project, kind, id, text, metadata). The core seals before it stores, so that nothing here
knows a value or a key; the rules, the audit and the errors' sentences are above the ports.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

from positronic.audit import events
from positronic.errors import StoreFailed
from positronic.names import Name, Project
from positronic.ports import Event, Page, Record, RecordInfo, TokenRecord, Unreadable
from positronic.stores.stored import (
    decode_token,
    encode_token,
    metadata_fields,
    read_metadata,
    record_info,
    token_item,
)

_TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS kept (project TEXT, kind TEXT, id TEXT, text TEXT, metadata TEXT,"
    " PRIMARY KEY (project, kind, id)) WITHOUT ROWID"
)
Row = tuple[str, str, str]


class SqliteRows:
    """One project's rows of one kind, in the order of their ids. Raises StoreFailed."""

    def __init__(self, database: sqlite3.Connection, project: str, kind: str) -> None:
        self._database = database
        self._key = (project, kind)

    def get(self, ids: Collection[str]) -> dict[str, Row]:
        query = "SELECT id, text, metadata FROM kept WHERE project = ? AND kind = ? AND id = ?"
        found = [self._run(query, *self._key, one).fetchone() for one in ids]
        return {row[0]: row for row in found if row}

    def put(self, id_: str, text: str, metadata: str = "") -> None:
        self._run(
            "INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?, ?)", *self._key, id_, text, metadata
        )

    def delete(self, id_: str) -> None:
        self._run("DELETE FROM kept WHERE project = ? AND kind = ? AND id = ?", *self._key, id_)

    def page(self, cursor: str | None, limit: int) -> Page[Row]:
        """The cursor is `=` and the last id of the page before, which may be deleted meanwhile."""
        query = (
            "SELECT id, text, metadata FROM kept"
            " WHERE project = ? AND kind = ? AND (id > ? OR ?) ORDER BY id LIMIT ?"
        )
        last = (cursor or "").removeprefix("=")
        rows = self._run(query, *self._key, last, not cursor, limit + 1).fetchall()
        return Page(rows[:limit], f"={rows[limit - 1][0]}" if len(rows) > limit else None)

    def _run(self, query: str, *values: object) -> sqlite3.Cursor:
        try:
            with self._database:
                return self._database.execute(query, values)
        except sqlite3.Error:
            # `from None`: the original's text may hold what was stored.
            raise StoreFailed("the database failed") from None


class SqliteRecords:
    """RecordStore."""

    def __init__(self, rows: SqliteRows) -> None:
        self._rows = rows

    async def get(self, names: Collection[Name]) -> Mapping[Name, Record]:
        return {
            Name(id_): Record(Name(id_), read_metadata(id_, _fields(metadata)), text)
            for id_, text, metadata in self._rows.get(names).values()
        }

    async def put(self, record: Record) -> None:
        self._rows.put(record.name, record.sealed, json.dumps(metadata_fields(record.metadata)))

    async def delete(self, name: Name) -> None:
        self._rows.delete(name)

    async def list(self, cursor: str | None, limit: int) -> Page[RecordInfo | Unreadable]:
        page = self._rows.page(cursor, limit)
        items = [record_info(id_, _fields(metadata)) for id_, _, metadata in page.items]
        return Page(items, page.cursor)


class SqliteAudit:
    """AuditLog: an event's id is made so that ascending ids are newest first."""

    def __init__(self, rows: SqliteRows) -> None:
        self._rows = rows

    async def append(self, event: Event) -> None:
        self._rows.put(event.id, events.encode(event))

    async def list(self, cursor: str | None, limit: int) -> Page[Event]:
        page = self._rows.page(cursor, limit)
        return Page([events.decode(id_, text) for id_, text, _ in page.items], page.cursor)


class SqliteTokens:
    """TokenStore: a hash and what the token may do, never the token."""

    def __init__(self, rows: SqliteRows) -> None:
        self._rows = rows

    async def get(self, token_id: str) -> TokenRecord | None:
        row = self._rows.get([token_id]).get(token_id)
        return None if row is None else decode_token(token_id, row[1])

    async def put(self, record: TokenRecord) -> None:
        self._rows.put(record.id, encode_token(record))

    async def delete(self, token_id: str) -> None:
        self._rows.delete(token_id)

    async def list(self, cursor: str | None, limit: int) -> Page[TokenRecord | Unreadable]:
        page = self._rows.page(cursor, limit)
        return Page([token_item(id_, text) for id_, text, _ in page.items], page.cursor)


class SqliteProjects:
    """ProjectRegistry."""

    def __init__(self, rows: SqliteRows) -> None:
        self._rows = rows

    async def add(self, project: Project) -> None:
        if not self._rows.get([project]):
            self._rows.put(project, "")

    async def list(self, cursor: str | None, limit: int) -> Page[Project]:
        page = self._rows.page(cursor, limit)
        return Page([Project(id_) for id_, _, _ in page.items], page.cursor)


class SqliteStorage:
    """Storage. Keeps events for ever, which is as long as any `retention` asks."""

    def __init__(self, path: Path | str = ":memory:") -> None:
        self.database = sqlite3.connect(path, check_same_thread=False)
        self.database.execute(_TABLE)

    def close(self) -> None:
        self.database.close()

    def records(self, project: Project) -> SqliteRecords:
        return SqliteRecords(SqliteRows(self.database, project, "secret"))

    def audit_log(self, project: Project, retention: int) -> SqliteAudit:
        return SqliteAudit(SqliteRows(self.database, project, "audit"))

    def tokens(self, project: Project) -> SqliteTokens:
        return SqliteTokens(SqliteRows(self.database, project, "token"))

    def projects(self) -> SqliteProjects:
        return SqliteProjects(SqliteRows(self.database, "", "project"))


def _fields(text: str) -> object:
    """The metadata's JSON; None for what is none, which `stored` refuses."""
    try:
        return json.loads(text)
    except ValueError:
        return None
