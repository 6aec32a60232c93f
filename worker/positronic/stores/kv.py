"""RecordStore and AuditLog on a Workers KV namespace.

`<project>/secret/<NAME>` holds the sealed text, with version, dates and key id as KV metadata, so
that a list costs one operation per 1,000 names. `<project>/audit/<id>` holds an event.

KV is eventually consistent: another location may see the old answer, also "missing", for a minute
or more. Limits: one write per second and key, 1,000 operations per request.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Collection, Mapping, Sequence
from itertools import islice
from typing import Any, Final, Protocol, TypeVar

from positronic import audit, times
from positronic.envelope import KEY_ID
from positronic.errors import (
    CorruptRecord,
    InvalidRequest,
    PositronicError,
    RateLimited,
    StoreFailed,
)
from positronic.names import Name, Project
from positronic.ports import Event, Metadata, Page, Record, RecordInfo

READ_AT_ONCE: Final = 100  # keys in one read
AUDIT_TTL: Final = 400 * 24 * 3600  # seconds

_STATUS = re.compile(r"KV \w+ failed: (\d{3})")

T = TypeVar("T")


class Namespace(Protocol):
    """The part of a KV binding that is used, as the Python SDK presents it."""

    def get(self, key: Sequence[str]) -> Awaitable[Mapping[str, str | None]]: ...

    def getWithMetadata(  # noqa: N802
        self, key: Sequence[str]
    ) -> Awaitable[Mapping[str, Mapping[str, Any] | None]]: ...

    def put(self, key: str, value: str, **options: object) -> Awaitable[None]: ...

    def delete(self, key: str) -> Awaitable[None]: ...

    def list(self, **options: object) -> Awaitable[Mapping[str, Any]]: ...


class KvRecords:
    """One project's records; every key starts with the project."""

    def __init__(self, namespace: Namespace, project: Project) -> None:
        self._namespace = namespace
        self._prefix = f"{project}/secret/"

    async def get(self, names: Collection[Name]) -> Mapping[Name, Record]:
        records: dict[Name, Record] = {}
        for some in _batches(names):
            keys = [self._prefix + name for name in some]
            found = await _call(self._namespace.getWithMetadata(keys))
            for name, key in zip(some, keys, strict=True):
                if (entry := found.get(key)) is not None:
                    metadata = _metadata(name, entry["metadata"])
                    records[name] = Record(name, metadata, entry["value"])
        return records

    async def put(self, record: Record) -> None:
        metadata = {
            "version": record.metadata.version,
            "createdAt": record.metadata.created_at,
            "updatedAt": record.metadata.updated_at,
            "keyId": record.metadata.key_id,
        }
        key = self._prefix + record.name
        await _call(self._namespace.put(key, record.sealed, metadata=metadata))

    async def delete(self, name: Name) -> None:
        await _call(self._namespace.delete(self._prefix + name))

    async def list(self, cursor: str | None, limit: int) -> Page[RecordInfo]:
        keys, following = await _list(self._namespace, self._prefix, cursor, limit)
        items = []
        for key in keys:
            name = Name(key["name"].removeprefix(self._prefix))
            items.append(RecordInfo(name, _metadata(name, key.get("metadata"))))
        return Page(items, following)


class KvAudit:
    """One project's events, each kept for AUDIT_TTL seconds."""

    def __init__(self, namespace: Namespace, project: Project) -> None:
        self._namespace = namespace
        self._prefix = f"{project}/audit/"

    async def append(self, event: Event) -> None:
        key = self._prefix + event.id
        await _call(self._namespace.put(key, audit.encode(event), expirationTtl=AUDIT_TTL))

    async def list(self, cursor: str | None, limit: int) -> Page[Event]:
        keys, following = await _list(self._namespace, self._prefix, cursor, limit)
        events = []
        for some in _batches([key["name"] for key in keys]):
            texts = await _call(self._namespace.get(some))
            for key in some:
                if (text := texts.get(key)) is not None:
                    events.append(audit.decode(key.removeprefix(self._prefix), text))
        return Page(events, following)


async def _list(
    namespace: Namespace, prefix: str, cursor: str | None, limit: int
) -> tuple[Sequence[Mapping[str, Any]], str | None]:
    options = {"prefix": prefix, "limit": limit} | ({"cursor": cursor} if cursor else {})
    foreign = InvalidRequest("`cursor` is not one that a list gave")
    answer = await _call(namespace.list(**options), foreign if cursor else None)
    # A foreign cursor must not lead out of the project, whatever the store makes of it.
    if not all(key["name"].startswith(prefix) for key in answer["keys"]):
        raise foreign
    return answer["keys"], None if answer["list_complete"] else answer["cursor"]


async def _call(operation: Awaitable[T], if_invalid: PositronicError | None = None) -> T:
    """Await a KV operation; every failure of the binding becomes an error of the store.

    `if_invalid` is raised instead when KV says that the call itself is wrong.
    """
    try:
        return await operation
    except Exception as error:  # noqa: BLE001 - JsException exists only inside the Worker
        # `from None`: the original's text may hold the key or the value.
        match = _STATUS.search(str(error))
        if match and match[1] == "429":
            raise RateLimited("the store asks to slow down", headers={"Retry-After": "1"}) from None
        if match and match[1] == "400" and if_invalid:
            raise if_invalid from None
        status = f" with status {match[1]}" if match else ""
        raise StoreFailed(f"the store failed{status}") from None


def _metadata(name: Name, found: object) -> Metadata:
    """The metadata as written. Raises CorruptRecord: a date is never made up."""
    fields = found if isinstance(found, Mapping) else {}
    numbers = [fields.get(key) for key in ("version", "createdAt", "updatedAt")]
    key_id = fields.get("keyId")
    if not all(type(number) is int and 0 < number < 2**53 for number in numbers):
        raise CorruptRecord(f"the record of {name} has unreadable metadata")
    if not isinstance(key_id, str) or not KEY_ID.fullmatch(key_id):
        raise CorruptRecord(f"the record of {name} has unreadable metadata")
    version, created_at, updated_at = (int(number) for number in numbers if number)
    if max(created_at, updated_at) > times.LAST:
        raise CorruptRecord(f"the record of {name} has unreadable metadata")
    return Metadata(version, created_at, updated_at, key_id)


def _batches(items: Collection[T]) -> list[list[T]]:
    iterator = iter(items)
    return list(iter(lambda: list(islice(iterator, READ_AT_ONCE)), []))
