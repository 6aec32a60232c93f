"""The rules for one project's secrets, each change audited before it is made."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, MutableSequence, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Final, TypeVar

from positronic.audit.events import Auditor
from positronic.errors import CorruptRecord, Detail, NotFound, PartialWrite, PositronicError
from positronic.journal import GONE, secret_key
from positronic.names import Name, Value, parse_name
from positronic.ports import Journal, Page, SecretInfo, SecretStore, Unreadable

T = TypeVar("T")
Entry = tuple[Name, Value]

READ_AT_ONCE: Final = 100  # names in one look-up: what KV answers in one operation
WRITE_AT_ONCE: Final = 6  # simultaneous connections that a Worker may hold


@dataclass(frozen=True, slots=True)
class BulkResult:
    created: int
    updated: int


class Vault:
    """One project's secrets: create, list, exists, delete, bulk."""

    def __init__(self, store: SecretStore, auditor: Auditor, journal: Journal) -> None:
        self._store = store
        self._auditor = auditor
        self._journal = journal

    async def create(self, name: Name, value: Value) -> SecretInfo:
        """Write one secret; an update keeps its created_at."""
        previous = (await self._infos([name])).get(name)
        return await self._auditor.around(
            "secret.put", [name], partial(self._put, name, value, previous)
        )

    async def list(self, cursor: str | None, limit: int) -> Page[SecretInfo | Unreadable]:
        """Names and dates, sorted by name; opens nothing."""
        return await self._store.list(cursor, limit)

    async def exists(self, name: Name) -> bool:
        """Whether a brain could read it now: opens the secret, and raises what that raises."""
        secret = (await self._store.get([name])).get(name)
        if secret is None:
            return False
        await secret.open()
        return True

    async def delete(self, text: str) -> None:
        """Any listed entry, readable or not. Raises NotFound, InvalidName, ReservedName."""
        name = Name(text)
        if not await self._is_stored(name):
            raise NotFound(f"there is no secret {parse_name(text)}")
        await self._auditor.around("secret.delete", [name], partial(self._delete, name))

    async def bulk(self, entries: Sequence[Entry]) -> BulkResult:
        """Write checked entries with distinct names; raises PartialWrite when it stops midway."""
        names = [name for name, _ in entries]
        previous = await self._infos(names)
        await self._auditor.accepted("secret.bulk", names)
        unwritten = await self._write_all(entries, previous)
        if unwritten:
            error = PartialWrite(
                f"{len(entries) - len(unwritten)} of {len(entries)} secrets were written; "
                "the others are listed, and sending the same request again is safe",
                details=unwritten,
            )
            missing = [detail.name or "" for detail in unwritten]
            await self._auditor.failed("secret.bulk", missing, error)
            raise error
        return BulkResult(created=len(names) - len(previous), updated=len(previous))

    async def _is_stored(self, name: Name) -> bool:
        try:
            return name in await self._store.get([name])
        except CorruptRecord:
            return True

    async def _put(self, name: Name, value: Value, previous: SecretInfo | None) -> SecretInfo:
        self._journal.note({secret_key(name): _next_version(previous)})
        return await self._store.put(name, value, previous)

    async def _delete(self, name: Name) -> None:
        self._journal.note({secret_key(name): GONE})
        await self._store.delete(name)

    async def _infos(self, names: Sequence[Name]) -> dict[Name, SecretInfo]:
        infos: dict[Name, SecretInfo] = {}
        for some in _batches(names, READ_AT_ONCE):
            infos |= {name: secret.info for name, secret in (await self._store.get(some)).items()}
        return infos

    async def _write_all(
        self, entries: Sequence[Entry], previous: dict[Name, SecretInfo]
    ) -> Sequence[Detail]:
        """Write in order, a few at once; stop at the first failure. Returns the unwritten."""
        unwritten: MutableSequence[Detail] = []
        for start, some in _enumerate_batches(entries, WRITE_AT_ONCE):
            if unwritten:
                unwritten += [
                    Detail("not_attempted", "not attempted after an earlier failure", index, name)
                    for index, (name, _) in enumerate(some, start)
                ]
                continue
            # One call for all, because each one also prunes the journal.
            self._journal.note(
                {secret_key(name): _next_version(previous.get(name)) for name, _ in some}
            )
            puts = (self._store.put(name, value, previous.get(name)) for name, value in some)
            results = await asyncio.gather(*puts, return_exceptions=True)
            unwritten += _failures(start, some, results)
        return unwritten


def _next_version(previous: SecretInfo | None) -> int:
    return previous.version + 1 if previous else 1


def _failures(start: int, entries: Sequence[Entry], results: Sequence[object]) -> list[Detail]:
    details: list[Detail] = []
    for index, ((name, _), result) in enumerate(zip(entries, results, strict=True), start):
        if isinstance(result, PositronicError):
            details.append(Detail(result.code, result.message, index, name))
        elif isinstance(result, Exception):
            # Its message may contain anything; the caller only needs to know the entry.
            details.append(Detail("internal", "an unexpected failure", index, name))
        elif isinstance(result, BaseException):
            raise result
    return details


def _batches(items: Sequence[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def _enumerate_batches(items: Sequence[T], size: int) -> Iterator[tuple[int, list[T]]]:
    for number, batch in enumerate(_batches(items, size)):
        yield number * size, batch
