"""The Ledger on SQLite: one for a Durable Object's storage and for CPython's `sqlite3`.

A table a kind, made by the first commit that has a row for it, so that a look at a project that
nobody wrote to leaves nothing behind. A counted commit is a row's revision: none is used twice.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from itertools import chain
from typing import Any, Final, Protocol, TypeVar

from positronic.ledger import text_keys
from positronic.ledger.statements import deletion, insertion, marks, revision_of
from positronic.ports import RandomBytes
from positronic.rows import (
    ABSENT,
    BY_ID,
    Changes,
    CommitConflict,
    Expect,
    Key,
    Kind,
    Position,
    Put,
    Row,
    check,
)

# Of one statement, in a Durable Object:
MAX_PARAMETERS: Final = 100  # and as many columns of an answer

_COUNTER: Final = (
    "CREATE TABLE IF NOT EXISTS commits (one INTEGER PRIMARY KEY, number INTEGER NOT NULL)"
)
_NUMBER: Final = "(SELECT number FROM commits WHERE one = ?)"
_COUNT: Final = (
    "INSERT INTO commits VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET number = excluded.number"
)
# A table, its indexes and its triggers.
_PARTS: Final = "SELECT name FROM sqlite_master WHERE tbl_name = ?"

# `Row._make` would be a step of Python for each.
_ROW: Final[Callable[[Sequence[object]], Row]] = partial(tuple.__new__, Row)

T = TypeVar("T")
# Terms of a SELECT, the one parameter of each, and what the first ones have to answer.
Looks = tuple[list[str], list[Key], list[int | None]]


class Database(Protocol):
    """One SQLite. Raises StoreFailed."""

    def run(self, query: str, *values: Key | None) -> Sequence[Sequence[Any]]:
        """One statement, and the rows that it answers with."""
        ...

    def write(self, query: str, *values: Key | None) -> None:
        """One in a transaction, at the latest before the next `run` or its end. Its rows, if it
        answers with any, are lost.
        """
        ...

    def transaction(self, work: Callable[[], T]) -> T:
        """Everything that `work` writes, or, when it raises, nothing; raises what `work` raises.

        `work` may be done twice: it changes nothing but the database.
        """
        ...

    def size(self) -> int:
        """Bytes, without those of what was deleted."""
        ...


class SqliteLedger:
    """The rows of one database."""

    def __init__(self, database: Database, random: RandomBytes) -> None:
        self._database = database
        self._random = random
        self._made: frozenset[Kind] = frozenset()

    def get(self, kind: Kind, ids: Collection[str]) -> Mapping[str, Row]:
        if not self._is_made(kind):
            return {}
        found: dict[str, Row] = {}
        for some in _batches(list(ids), MAX_PARAMETERS):
            rows = _rows(kind, self._database.run(_by_ids(kind, len(some)), *some))
            found |= {row.id: row for row in rows}
        return found

    def list(
        self,
        kind: Kind,
        index: str = BY_ID,
        after: Position | None = None,
        limit: int = 1000,
        *,
        low: Key | None = None,
        high: Key | None = None,
    ) -> Sequence[Row]:
        if not self._is_made(kind):
            return []
        where, values = _range(index, after, low, high)
        return _rows(kind, self._database.run(_listing(kind, index, where), *values, limit))

    def count(
        self, kind: Kind, index: str = BY_ID, *, low: Key | None = None, high: Key | None = None
    ) -> int:
        if not self._is_made(kind):
            return 0
        where, values = _range(index, None, low, high)
        query = f"SELECT COUNT(*) FROM {kind.name} WHERE {where}"  # noqa: S608
        return int(self._database.run(query, *values)[0][0])

    def commit(self, changes: Changes, expect: Expect) -> int:
        check(changes)
        if not changes:
            self._ask(self._looks(expect))
            return ABSENT
        used = dict.fromkeys([change.kind for change in changes])
        missing = [kind for kind in used if kind not in self._made and not self._is_made(kind)]
        for kind in {where[0] for where in expect} - self._made:
            self._is_made(kind)  # before the transaction, which cannot hold another one
        commit = partial(self._commit, changes, expect, missing)
        revision = self._database.transaction(commit)
        if missing:
            self._made |= used.keys()
        return revision

    def _commit(self, changes: Changes, expect: Expect, missing: Iterable[Kind]) -> int:
        looks = terms, values, _ = self._looks(expect)  # before the missing tables are there
        if not self._made:
            self._database.write(_COUNTER)
        for kind in missing:
            self._make(kind)
        terms.append(_NUMBER)
        values.append(1)
        if texts := sum([isinstance(one, Put) for one in changes if one.kind.is_shredded]):
            terms.append(text_keys.FREE)
            values.append(texts)
        number, *free = self._ask(looks)
        keys = text_keys.take(self._database, self._random, texts, *free) if texts else ()
        revision = (number or 0) + 1
        self._database.write(_COUNT, revision)
        self._write(changes, revision, iter(keys))
        return int(revision)

    def _looks(self, expect: Expect) -> Looks:
        """What answers with the revision of each row that is expected."""
        terms: list[str] = []
        values: list[Key] = []
        wanted: list[int | None] = []
        for where, revision in expect.items():
            if where[0] in self._made or self._is_made(where[0]):
                terms.append(revision_of(*where[:-1]))
                values.append(where[-1])
                wanted.append(revision or None)
            elif revision != ABSENT:
                raise CommitConflict
        return terms, values, wanted

    def _ask(self, looks: Looks) -> Sequence[Any]:
        """What is answered besides what had to be, by one statement for many terms."""
        terms, values, wanted = looks
        found: list[Any] = []
        for start in range(0, len(terms), MAX_PARAMETERS):
            end = start + MAX_PARAMETERS
            query = f"SELECT {', '.join(terms[start:end])}"
            found += self._database.run(query, *values[start:end])[0]
        if found[: len(wanted)] != wanted:
            raise CommitConflict
        return found[len(wanted) :]

    def _write(self, changes: Changes, revision: int, keys: Iterator[text_keys.TextKey]) -> None:
        """A shredded text takes the next of the keys."""
        gone: dict[Kind, list[str]] = {}
        rows: dict[Kind, list[Sequence[Key | None]]] = {}
        for one in changes:
            if not isinstance(one, Put):
                gone.setdefault(one.kind, []).append(one.id)
            elif one.kind.is_shredded:
                slot, key = next(keys)
                text = text_keys.encrypt(key, one.text)
                rows.setdefault(one.kind, []).append((one.id, text, revision, *one.keys, slot))
            else:
                rows.setdefault(one.kind, []).append((one.id, one.text, revision, *one.keys))
        for kind, ids in gone.items():
            for some in _batches(ids, MAX_PARAMETERS):
                self._database.write(deletion(kind, len(some)), *some)
        for kind, every in rows.items():
            for several in _batches(every, MAX_PARAMETERS // len(every[0])):
                query = insertion(kind, len(several))
                self._database.write(query, *chain.from_iterable(several))

    def _is_made(self, kind: Kind) -> bool:
        if kind not in self._made:
            missing = self._missing(kind)
            if kind.name in missing:
                return False
            if missing:
                self._database.transaction(partial(self._extend, kind))
            self._made |= {kind}
        return True

    def _missing(self, kind: Kind) -> set[str]:
        """Of its table, indexes and triggers."""
        wanted = {kind.name, *(f"{kind.name}_{index}" for index in kind.indexes)}
        if kind.is_shredded:
            wanted.add(text_keys.trigger_of(kind.name))
        return wanted - {row[0] for row in self._database.run(_PARTS, kind.name)}

    def _extend(self, kind: Kind) -> None:
        """A table of older code. Its rows are in no new index, and their texts have no key."""
        missing = self._missing(kind)  # asked again: another process may have been faster
        for index in kind.indexes:
            if f"{kind.name}_{index}" in missing:
                self._database.write(f"ALTER TABLE {kind.name} ADD COLUMN {index}")
                self._index(kind, index)
        if text_keys.trigger_of(kind.name) in missing:
            self._database.write(f"ALTER TABLE {kind.name} ADD COLUMN slot INTEGER")
            text_keys.make(self._database, kind.name)

    def _make(self, kind: Kind) -> None:
        # The text comes last: a list of what has long texts need not read them to skip them.
        columns = ["id TEXT NOT NULL PRIMARY KEY", "revision INTEGER NOT NULL", *kind.indexes]
        if kind.is_shredded:
            columns.append("slot INTEGER")
        self._database.write(
            f"CREATE TABLE IF NOT EXISTS {kind.name} ({', '.join(columns)}, text TEXT NOT NULL)"
            " WITHOUT ROWID"
        )
        for index in kind.indexes:
            self._index(kind, index)
        if kind.is_shredded:
            text_keys.make(self._database, kind.name)

    def _index(self, kind: Kind, index: str) -> None:
        self._database.write(
            f"CREATE INDEX IF NOT EXISTS {kind.name}_{index} ON {kind.name} ({index}, id)"
            f" WHERE {index} IS NOT NULL"
        )


@cache
def _columns(kind: Kind) -> str:
    """What `_rows` reads."""
    key = (text_keys.key_of(kind.name),) if kind.is_shredded else ()
    return ", ".join(("id", "text", "revision", *kind.indexes, *key))


@cache
def _by_ids(kind: Kind, number: int) -> str:
    return f"SELECT {_columns(kind)} FROM {kind.name} WHERE id IN ({marks(number)})"  # noqa: S608


@cache
def _listing(kind: Kind, index: str, where: str) -> str:
    order = BY_ID if index == BY_ID else f"{index}, {BY_ID}"
    columns = _columns(kind)
    return f"SELECT {columns} FROM {kind.name} WHERE {where} ORDER BY {order} LIMIT ?"  # noqa: S608


def _rows(kind: Kind, found: Sequence[Sequence[Any]]) -> Sequence[Row]:
    """By columns, which takes no step of Python for a row."""
    if not found:
        return []
    ids, texts, revisions, *keys = zip(*found, strict=True)
    if kind.is_shredded:
        texts = tuple(map(text_keys.decrypt, keys.pop(), texts))
    every = zip(*keys, strict=True) if keys else [()] * len(ids)
    return [*map(_ROW, zip(ids, texts, every, revisions, strict=True))]


def _range(
    index: str, after: Position | None, low: Key | None, high: Key | None
) -> tuple[str, list[Key]]:
    """What a WHERE says to keep to the index, and its values."""
    terms, values = f"{index} IS NOT NULL", list[Key]()
    if low is not None:
        terms, values = f"{terms} AND {index} >= ?", [low]
    if high is not None:
        terms, values = f"{terms} AND {index} < ?", [*values, high]
    if after is not None and index == BY_ID:
        terms, values = f"{terms} AND id > ?", [*values, after[1]]
    elif after is not None:
        terms, values = f"{terms} AND ({index}, id) > (?, ?)", [*values, *after]
    return terms, values


def _batches(items: Sequence[T], size: int) -> Sequence[Sequence[T]]:
    if 0 < len(items) <= size:
        return (items,)
    return [items[start : start + size] for start in range(0, len(items), size)]
