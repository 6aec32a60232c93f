"""Values at a provider, each version as an object of its own that is written once.

The record's text is the object's id: when it was made, 16 random bytes, and a digest of both with
the project, the name, the version, the dates and the key id. The id is part of the path over there.
So a record that was changed in the ledger, or made up there, leads to no object: nobody who can
only write to the ledger can give an object the path that such a record would need.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
from collections.abc import Callable, Collection, Sequence
from typing import Final, TypeVar

from positronic.errors import CorruptRecord, InvalidValue, StoreFailed
from positronic.names import Name, Project, Value, parse_value
from positronic.ports import Clock, Metadata, RandomBytes, Record, Unsealed
from positronic.sealing.envelope import associated_data
from positronic.secrets.sealer import ReadDenied
from px.values.object_store import ObjectStore, ValueLimits

T = TypeVar("T")

KEY_ID: Final = "provider"  # no master key's
AT_ONCE: Final = 8  # calls of one command
_SALT: Final = 16  # bytes
_ID: Final = re.compile(r"([0-9]{13})\.([0-9a-f]{32})\.([0-9a-f]{64})")
_PATH: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*/(?P<id>(?P<made>[0-9]{13})\.[0-9a-f.]{97})")


class ProviderValues:
    """One project's Values. What is not named by a commit is swept; see the port."""

    newest = KEY_ID

    def __init__(
        self,
        project: Project,
        store: ObjectStore,
        limits: ValueLimits,
        clock: Clock,
        random: RandomBytes,
    ) -> None:
        self._project = project
        self._store = store
        self._limits = limits
        self._clock = clock
        self._random = random

    async def seal_many(self, entries: Sequence[Unsealed]) -> Sequence[Record]:
        """Raises InvalidValue before anything is sent, when one of the values cannot be taken."""
        for name, value, _ in entries:
            if reason := self._limits.refusal(value.reveal()):
                raise InvalidValue(f"the value of {name} {reason}")
        return await _all([self._keeping(*entry) for entry in entries])

    async def open(self, record: Record) -> Value:
        found = _ID.fullmatch(record.sealed)
        if found is None or not hmac.compare_digest(
            found[3], self._digest(record.name, record.metadata, f"{found[1]}.{found[2]}")
        ):
            raise CorruptRecord(f"the record of {record.name} cannot be opened")
        try:
            text = await asyncio.to_thread(self._store.read, _path(record.name, record.sealed))
        except ReadDenied as error:
            raise ReadDenied(f"the value of {record.name}: {error.message}") from None
        if text is None:
            raise CorruptRecord(
                f"the value of {record.name} is not at {self._limits.provider} any more"
            )
        return _value(text, record.name)

    async def sweep(self, named: Collection[str], before: int) -> None:
        found = await asyncio.to_thread(lambda: list(self._store.paths()))
        unnamed = [path for path in found if _is_unnamed(path, named, before)]
        await _all([self._deleting(path) for path in unnamed])

    def _keeping(self, name: Name, value: Value, metadata: Metadata) -> Callable[[], Record]:
        """What puts it there, in a thread."""
        made = f"{self._clock():013d}.{self._random(_SALT).hex()}"
        id_ = f"{made}.{self._digest(name, metadata, made)}"

        def keep() -> Record:
            path, text = _path(name, id_), value.reveal()
            # It is there already when a lost answer was asked for again.
            if not self._store.create(path, text) and self._store.read(path) != text:
                raise StoreFailed(f"something else is at {self._limits.provider} in its place")
            return Record(name, metadata, id_)

        return keep

    def _deleting(self, path: str) -> Callable[[], None]:
        return lambda: self._store.delete(path)

    def _digest(self, name: Name, metadata: Metadata, made: str) -> str:
        bound = associated_data(self._project, name, metadata)
        return hashlib.sha256(made.encode() + b"\n" + bound).hexdigest()


async def _all(calls: Sequence[Callable[[], T]]) -> list[T]:
    """Their results in order, some at once; it returns when none is under way any more."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(call: Callable[[], T]) -> T:
        async with turn:
            return await asyncio.to_thread(call)

    found = await asyncio.gather(*map(one, calls), return_exceptions=True)
    results: list[T] = []
    for result in found:
        if isinstance(result, BaseException):
            raise result
        results.append(result)
    return results


def _path(name: Name, id_: str) -> str:
    return f"{name}/{id_}"


def _is_unnamed(path: str, named: Collection[str], before: int) -> bool:
    found = _PATH.fullmatch(path)
    return found is not None and found["id"] not in named and int(found["made"]) < before


def _value(text: str, name: Name) -> Value:
    try:
        return parse_value(text)
    except InvalidValue:
        raise CorruptRecord(f"what is kept of {name} is not a valid value") from None
