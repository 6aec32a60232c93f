"""A row of a ledger, and what a commit changes: the same for every ledger, whatever rows say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from positronic.errors import TooLarge
from positronic.quick_dataclass import quick_dataclass

Key = str | int

MAX_INDEXES: Final = 3
MAX_ROW: Final = 2_000_000  # bytes: a Durable Object has no larger row
MAX_NUMBER: Final = 2**53 - 2  # more reaches JavaScript as a BigInt, which its SQL refuses
ABSENT: Final = 0  # the revision of a row that is not there
BY_ID: Final = "id"  # the index that every kind has; a row's key in it is its id

_WORD: Final = re.compile(r"[a-z]{1,16}")


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """What a row is about, and the indexes that its rows are found by besides their ids.

    Each is made once, so that it can be compared by identity, which takes no time.

    `is_shredded`: a text that was replaced or deleted is nowhere in the ledger any more. `is_log`:
    rows are hardly ever replaced, and each is new.
    """

    name: str
    indexes: tuple[str, ...] = ()
    is_shredded: bool = False
    is_log: bool = False

    def __post_init__(self) -> None:
        words = (self.name, *self.indexes)
        if len(self.indexes) > MAX_INDEXES or not all(map(_WORD.fullmatch, words)):
            raise ValueError(f"{self.name!r} is not a kind that every ledger can keep")


class _Row(NamedTuple):
    id: str
    text: str
    keys: tuple[Key | None, ...]
    revision: int


class Row(_Row):
    """`keys`: its key in each index of its kind; None: it is not in that index.

    `read`: who read its text, and as what; kept as long as the row is.
    """

    read: tuple[object, Any] | None = None


@quick_dataclass(frozen=True, slots=True)
class Put:
    """Write a row, whether or not there is one under this id. `read`: see `Row`."""

    kind: Kind
    id: str
    text: str
    keys: tuple[Key | None, ...] = ()
    read: tuple[object, Any] | None = field(default=None, compare=False, repr=False)


@quick_dataclass(frozen=True, slots=True)
class Delete:
    """Remove a row, if there is one."""

    kind: Kind
    id: str


Change = Put | Delete
Changes = Sequence[Change]
Position = tuple[Key, str]  # a key and an id: where in an index a row stands
# A row by its id, or the first one with a key in an index: the revision that it must have.
Where = tuple[Kind, str] | tuple[Kind, str, Key]
Expect = Mapping[tuple[Kind, str], int] | Mapping[Where, int]


class CommitConflict(Exception):
    """A row is not as the commit expected it; nothing was changed."""


def position(kind: Kind, index: str, row: Row) -> Position | None:
    """The place of a row in an index; None if it is not in it."""
    if index == BY_ID:
        return row.id, row.id
    key = row.keys[kind.indexes.index(index)]
    return None if key is None else (key, row.id)


def check(changes: Changes) -> None:
    """Refuse what some ledger could not keep exactly. Raises ValueError, TooLarge."""
    if len({(change.kind.name, change.id) for change in changes}) < len(changes):
        raise ValueError("a commit changes a row twice")
    for change in changes:
        size = len(change.id.encode())
        if isinstance(change, Put):
            size += len(change.text.encode())
            if change.keys or change.kind.indexes:
                size += _check_keys(change)
        if size > MAX_ROW:
            raise TooLarge(f"a {change.kind.name} has more than {MAX_ROW:,} bytes")


def _check_keys(put: Put) -> int:
    """The bytes of a row's keys."""
    if len(put.keys) != len(put.kind.indexes):
        raise ValueError(f"a {put.kind.name} has another number of keys than its kind has indexes")
    size = 0
    for key in put.keys:
        if isinstance(key, str):
            size += len(key.encode())
        elif key and not -MAX_NUMBER <= key <= MAX_NUMBER:
            raise ValueError(f"a key of a {put.kind.name} is too large")
    return size
