"""Copies in Workers KV: `<project>/secret/<NAME>` holds the sealed text, its metadata the rest."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from positronic.errors import CorruptRecord
from positronic.ledger.secret_rows import metadata_fields, metadata_in_kv
from positronic.names import Name, Project
from positronic.ports import Page, Record, RecordInfo, Unreadable
from positronic.stores.kv.folder import Folder, Namespace


class KvCopies:
    """One project's copies."""

    def __init__(self, namespace: Namespace, project: Project) -> None:
        self._folder = Folder(namespace, f"{project}/secret/")

    async def put(self, record: Record) -> None:
        metadata = metadata_fields(record.metadata)
        await self._folder.put(record.name, record.sealed, metadata=metadata)

    async def delete(self, name: Name) -> None:
        await self._folder.delete(name)

    async def get(self, names: Collection[Name]) -> Mapping[Name, Record | Unreadable]:
        entries = await self._folder.entries(names)
        return {name: _copy(name, entries[name]) for name in names if name in entries}

    async def list(self, cursor: str | None, limit: int) -> Page[RecordInfo | Unreadable]:
        page = await self._folder.list(cursor, limit)
        return Page([_info(Name(key.id), key.metadata) for key in page.items], page.cursor)


def _copy(name: Name, entry: Mapping[str, Any]) -> Record | Unreadable:
    try:
        return Record(name, metadata_in_kv(name, entry["metadata"]), entry["value"])
    except CorruptRecord:
        return Unreadable(name)


def _info(name: Name, metadata: object) -> RecordInfo | Unreadable:
    """A list's item, which does not fail the list when it cannot be read."""
    try:
        return RecordInfo(name, metadata_in_kv(name, metadata))
    except CorruptRecord:
        return Unreadable(name)
