"""`<project>/secret/<NAME>`: the sealed text, with version, dates and key id as KV metadata.

So a list costs one operation per 1,000 names, and opens nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from positronic import times
from positronic.envelope import KEY_ID
from positronic.errors import CorruptRecord
from positronic.names import Name, Project
from positronic.ports import Metadata, Page, Record, RecordInfo
from positronic.stores.kv.folder import Folder, Namespace


class KvRecords:
    """One project's records."""

    def __init__(self, namespace: Namespace, project: Project) -> None:
        self._folder = Folder(namespace, f"{project}/secret/")

    async def get(self, names: Collection[Name]) -> Mapping[Name, Record]:
        entries = await self._folder.entries(names)
        return {
            name: Record(name, _metadata(name, entries[name]["metadata"]), entries[name]["value"])
            for name in names
            if name in entries
        }

    async def put(self, record: Record) -> None:
        metadata = {
            "version": record.metadata.version,
            "createdAt": record.metadata.created_at,
            "updatedAt": record.metadata.updated_at,
            "keyId": record.metadata.key_id,
        }
        await self._folder.put(record.name, record.sealed, metadata=metadata)

    async def delete(self, name: Name) -> None:
        await self._folder.delete(name)

    async def list(self, cursor: str | None, limit: int) -> Page[RecordInfo]:
        page = await self._folder.list(cursor, limit)
        items = [RecordInfo(Name(key.id), _metadata(key.id, key.metadata)) for key in page.items]
        return Page(items, page.cursor)


def _metadata(name: str, found: object) -> Metadata:
    """The metadata as written. Raises CorruptRecord: a date is never made up."""
    fields = found if isinstance(found, Mapping) else {}
    numbers = [fields.get(key) for key in ("version", "createdAt", "updatedAt")]
    key_id = fields.get("keyId")
    unreadable = CorruptRecord(f"the record of {name} has unreadable metadata")
    if not all(type(number) is int and 0 < number < 2**53 for number in numbers):
        raise unreadable
    if not isinstance(key_id, str) or not KEY_ID.fullmatch(key_id):
        raise unreadable
    version, created_at, updated_at = (int(number) for number in numbers if number)
    if max(created_at, updated_at) > times.LAST:
        raise unreadable
    return Metadata(version, created_at, updated_at, key_id)
