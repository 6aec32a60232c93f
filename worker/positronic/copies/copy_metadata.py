"""The metadata beside a copy, in clear: written and read, and never made up."""

from __future__ import annotations

from collections.abc import Mapping

from positronic import times
from positronic.errors import CorruptRecord
from positronic.names import Name
from positronic.ports import Metadata, RecordInfo, Unreadable
from positronic.sealing.envelope import KEY_ID


def metadata_fields(metadata: Metadata) -> dict[str, object]:
    """The input of `read_metadata`."""
    return {
        "version": metadata.version,
        "createdAt": metadata.created_at,
        "updatedAt": metadata.updated_at,
        "keyId": metadata.key_id,
    }


def read_metadata(name: str, found: object) -> Metadata:
    """The metadata as written. Raises CorruptRecord rather than make up a date."""
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


def record_info(name: str, found: object) -> RecordInfo | Unreadable:
    """A list's item, which does not fail the list when it cannot be read."""
    try:
        return RecordInfo(Name(name), read_metadata(name, found))
    except CorruptRecord:
        return Unreadable(name)
