"""How one kind of row is written and read: once, above every ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

import pydantic_core

from positronic.errors import CorruptRecord, PositronicError
from positronic.ledger.fields import Fields
from positronic.ports import Unreadable
from positronic.rows import Key, Kind, Put, Row

T = TypeVar("T")

Keys = tuple[Key | None, ...]


def _no_keys(_: object) -> Keys:
    return ()


@dataclass(frozen=True, slots=True, eq=False)
class Codec(Generic[T]):
    """`decode` raises anything for fields that `encode` does not give.

    `remembers`: a row that was read or written before is not read again, as long as it is kept. For
    what is asked for by many calls.
    """

    kind: Kind
    id_of: Callable[[T], str]
    encode: Callable[[T], Mapping[str, object]]
    decode: Callable[[str, Fields], T]
    keys_of: Callable[[T], Keys] = _no_keys
    remembers: bool = False

    def put(self, item: T) -> Put:
        text = pydantic_core.to_json(self.encode(item)).decode()
        read = (self, item) if self.remembers else None
        return Put(self.kind, self.id_of(item), text, self.keys_of(item), read)

    def read(self, row: Row) -> T:
        """Raises CorruptRecord, also when the row stands elsewhere in an index than it says."""
        read = row.read
        if read is not None and read[0] is self:
            found: T = read[1]
            return found
        found = self._read(row)
        if self.remembers:
            row.read = self, found
        return found

    def _read(self, row: Row) -> T:
        try:
            item = self.decode(row.id, Fields(row.text))
            if (self.id_of(item), self.keys_of(item)) == (row.id, row.keys):
                return item
        except (ValueError, KeyError, TypeError, PositronicError):
            pass  # the original's text may hold what was stored
        raise CorruptRecord(f"the {self.kind.name} {row.id} has a record that cannot be read")

    def item(self, row: Row) -> T | Unreadable:
        """An item of a list: one that cannot be read stops nothing."""
        try:
            return self.read(row)
        except CorruptRecord:
            return Unreadable(row.id)
