"""Reads rows for one change, and remembers them: the commit expects to find them unchanged."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeVar

from positronic.ledger.codec import Codec
from positronic.ports import Ledger
from positronic.rows import ABSENT, Kind, Row

T = TypeVar("T")


class Look:
    """What a row was when it was first looked at is what `expect` says."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.expect: dict[tuple[Kind, str], int] = {}

    def rows(self, kind: Kind, ids: Collection[str]) -> Mapping[str, Row]:
        found = self.ledger.get(kind, ids)
        for one in ids:
            row = found.get(one)
            self.expect.setdefault((kind, one), row.revision if row else ABSENT)
        return found

    def get(self, codec: Codec[T], ids: Collection[str]) -> dict[str, T]:
        """The items there are. Raises CorruptRecord."""
        return {one: codec.read(row) for one, row in self.rows(codec.kind, ids).items()}

    def one(self, codec: Codec[T], id_: str) -> T | None:
        """Raises CorruptRecord."""
        return self.get(codec, [id_]).get(id_)
