"""`<project>/secret/<NAME>`: the sealed text, and metadata that a list shows unopened."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from positronic.names import Name, Project
from positronic.ports import Page, Record, RecordInfo, Unreadable
from positronic.stores.kv.folder import Folder, Namespace
from positronic.stores.stored import metadata_fields, read_metadata, record_info


class KvRecords:
    """One project's records."""

    def __init__(self, namespace: Namespace, project: Project) -> None:
        self._folder = Folder(namespace, f"{project}/secret/")

    async def get(self, names: Collection[Name]) -> Mapping[Name, Record]:
        entries = await self._folder.entries(names)
        return {
            name: Record(
                name, read_metadata(name, entries[name]["metadata"]), entries[name]["value"]
            )
            for name in names
            if name in entries
        }

    async def put(self, record: Record) -> None:
        metadata = metadata_fields(record.metadata)
        await self._folder.put(record.name, record.sealed, metadata=metadata)

    async def delete(self, name: Name) -> None:
        await self._folder.delete(name)

    async def list(self, cursor: str | None, limit: int) -> Page[RecordInfo | Unreadable]:
        page = await self._folder.list(cursor, limit)
        return Page([record_info(key.id, key.metadata) for key in page.items], page.cursor)
