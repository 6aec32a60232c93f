"""Values of a store that encrypts by itself: the record's text is the id that it gave."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from positronic.errors import CorruptRecord, StoreFailed
from positronic.names import Name, Value
from positronic.ports import Metadata, Record, Unsealed, Values
from positronic.secrets.sealer import ReadDenied


class Kept(Values, Protocol):
    """A store of values as the checks look at it. `max_bytes`: of the largest value it takes."""

    max_bytes: int
    is_failing: bool

    def deny(self) -> None:
        """From now on it takes values, and gives none back."""
        ...

    @property
    def ids(self) -> set[str]:
        """Of all that is kept, whether or not a commit names it."""
        ...

    def lose(self) -> None:
        """Everything."""
        ...


@dataclass(frozen=True, slots=True)
class _Kept:
    record: Record
    value: Value
    at: int


class KeptElsewhere:
    """In memory; it knows which record it gave an id to, and opens no other."""

    newest = "elsewhere"
    max_bytes = 65_536

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._kept: dict[str, _Kept] = {}
        self.is_failing = False
        self._is_denied = False

    def deny(self) -> None:
        self._is_denied = True

    @property
    def ids(self) -> set[str]:
        return set(self._kept)

    def lose(self) -> None:
        self._kept.clear()

    async def seal_many(self, entries: Sequence[Unsealed]) -> Sequence[Record]:
        if self.is_failing:
            raise StoreFailed("as the check wanted")
        return [self._keep(*entry) for entry in entries]

    def _keep(self, name: Name, value: Value, metadata: Metadata) -> Record:
        record = Record(name, metadata, os.urandom(16).hex())
        self._kept[record.sealed] = _Kept(record, value, self._clock())
        return record

    async def open(self, record: Record) -> Value:
        found = self._kept.get(record.sealed)
        known = found and (found.record.name, found.record.metadata)
        if found is None or known != (record.name, record.metadata):
            raise CorruptRecord(f"the record of {record.name} cannot be opened")
        if self._is_denied:
            raise ReadDenied(f"the value of {record.name} may not be read")
        return found.value

    async def sweep(self, named: Collection[str], before: int) -> None:
        for id_, kept in list(self._kept.items()):
            if id_ not in named and kept.at < before:
                del self._kept[id_]
