"""The Ledger on SQLite: one for a Durable Object's storage and for CPython's `sqlite3`.

A table a kind, made by the first commit that has a row for it, so that a look at a project that
nobody wrote to leaves nothing behind. A counted commit is a row's revision: none is used twice.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache, partial
from itertools import chain
from typing import Any, Final, TypeVar

from positronic.errors import StoreFailed
from positronic.ledger import text_keys
from positronic.ledger.database import Database, Look, Statement
from positronic.ledger.statements import (
    COLUMNS,
    PART_COUNT,
    PARTS,
    Term,
    deletion,
    extending,
    insertion,
    making,
    marks,
    parts_of,
    revision_of,
)
from positronic.ledger.supply import Supply
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

# Limits that are part of a statement. Not every one: a caller's numbers would make many of them.
USUAL: Final = frozenset({1, 2, 24, 40, 41, 50, 51, 100, 101, 200, 201, 500, 501, 1000, 1001})

TRIES: Final = 100  # of a commit, each after another process has written

# `Row._make` would be a step of Python for each.
_ROW: Final[Callable[[Sequence[object]], Row]] = partial(tuple.__new__, Row)

T = TypeVar("T")


class SqliteLedger:
    """The rows of one database."""

    def __init__(self, database: Database, random: RandomBytes) -> None:
        self._database = database
        self._random = random
        self._supply = Supply(database)
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
        # SQLite plans by a value for LIMIT, so that the statement would be made each time.
        is_usual = limit in USUAL
        query = _listing(kind, index, where, f"{limit:d}" if is_usual else "?")
        return _rows(kind, self._database.run(query, *values, *([] if is_usual else [limit])))

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
            # Of what has no table, nothing has to be looked at: it would make a file.
            looks = _looks([one for one in self._terms(expect) if one[0] != PART_COUNT])
            if looks and not self._database.commit(looks, ()):
                raise CommitConflict
            return ABSENT
        kinds = dict.fromkeys([change.kind for change in changes])
        texts = sum([one.kind.is_shredded and isinstance(one, Put) for one in changes])
        supply = self._supply
        for _ in range(TRIES):
            terms = self._terms(expect)
            missing = [kind for kind in kinds if not self._is_made(kind)]
            if not supply.has(texts):
                supply.ask(texts, is_new=not self._made)
            if not supply.has(texts):
                continue  # another process has just taken the slots
            looks = _looks([*terms, *supply.terms(texts)])
            if self._database.commit(looks, self._statements(changes, missing, texts)):
                revision = supply.next()
                supply.took(texts)
                self._made |= kinds.keys()
                return revision
            # Either it is not as expected, or another process has written in between.
            is_so = terms and terms == self._terms(expect)
            if is_so and self._database.commit(_looks(supply.terms(texts)), ()):
                raise CommitConflict
            supply.forget()
        raise StoreFailed("others write to the ledger all the time, or have damaged it")

    def _terms(self, expect: Expect) -> Sequence[Term]:
        """The revision of each row that is expected, or that there is no table for it."""
        found: list[Term] = []
        for where, revision in expect.items():
            if where[0] in self._made or self._is_made(where[0]):
                found.append((revision_of(*where[:-1]), where[-1], revision or None))
            elif revision == ABSENT:
                found.append((PART_COUNT, where[0].name, 0))
            else:
                raise CommitConflict
        return found

    def _statements(
        self, changes: Changes, missing: Sequence[Kind], texts: int
    ) -> Sequence[Statement]:
        """A shredded text takes the next slot, and its key."""
        revision, slots = self._supply.next(), self._supply.slots(texts)
        keys = text_keys.draw(self._random, slots)
        left = iter(keys.items())
        gone: dict[Kind, list[str]] = {}
        rows: dict[Kind, list[Sequence[Key | None]]] = {}
        for one in changes:
            if not isinstance(one, Put):
                gone.setdefault(one.kind, []).append(one.id)
            elif one.kind.is_shredded:
                slot, key = next(left)
                text = text_keys.encrypt(key, one.text)
                rows.setdefault(one.kind, []).append((one.id, text, revision, *one.keys, slot))
            else:
                rows.setdefault(one.kind, []).append((one.id, one.text, revision, *one.keys))
        found = [*chain.from_iterable(map(making, missing)), *self._supply.statements(texts)]
        for kind, ids in gone.items():
            for some in _batches(ids, MAX_PARAMETERS):
                found.append((deletion(kind, len(some)), some))
        for kind, every in rows.items():
            for several in _batches(every, MAX_PARAMETERS // len(every[0])):
                values = [*chain.from_iterable(several)]
                found.append((insertion(kind, len(several)), values))
        if keys:
            found.append(text_keys.fill(keys))
        return found

    def _is_made(self, kind: Kind) -> bool:
        if kind in self._made:
            return True
        while missing := parts_of(kind) - {*(found := self._names(PARTS, kind))}:
            if kind.name in missing:
                return False
            # Or another process was faster.
            looks = _looks([(PART_COUNT, kind.name, len(found))])
            made = extending(kind, missing, self._names(COLUMNS, kind))
            is_made = self._database.commit(looks, made)
            if is_made and not parts_of(kind) <= {*self._names(PARTS, kind)}:
                # Only the database's owner can have done that, as by renaming a table.
                raise StoreFailed(f"another part of the database has a name of the {kind.name}s")
        self._made |= {kind}
        return True

    def _names(self, query: str, kind: Kind) -> Sequence[str]:
        return [name for (name,) in self._database.run(query, kind.name)]


def _looks(terms: Sequence[Term]) -> Sequence[Look]:
    """By one statement at many."""
    found: list[Look] = []
    for some in _batches(terms, MAX_PARAMETERS):
        queries, values, answer = zip(*some, strict=True)
        found.append((f"SELECT {', '.join(queries)}", values, answer))
    return found


@cache
def _columns(kind: Kind) -> str:
    """What `_rows` reads."""
    key = (text_keys.key_of(kind.name),) if kind.is_shredded else ()
    return ", ".join(("id", "text", "revision", *kind.indexes, *key))


@cache
def _by_ids(kind: Kind, number: int) -> str:
    return f"SELECT {_columns(kind)} FROM {kind.name} WHERE id IN ({marks(number)})"  # noqa: S608


@cache
def _listing(kind: Kind, index: str, where: str, limit: str) -> str:
    order = BY_ID if index == BY_ID else f"{index}, {BY_ID}"
    columns = _columns(kind)
    return f"SELECT {columns} FROM {kind.name} WHERE {where} ORDER BY {order} LIMIT {limit}"  # noqa: S608


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
    # With both, SQLite would begin at `low` and read all that comes before the page.
    start = None if after is None else after[1] if index == BY_ID else after[0]
    if low is not None and (start is None or not _is_past(start, low)):
        terms, values = f"{terms} AND {index} >= ?", [low]
    if high is not None:
        terms, values = f"{terms} AND {index} < ?", [*values, high]
    if after is not None and index == BY_ID:
        terms, values = f"{terms} AND id > ?", [*values, after[1]]
    elif after is not None:
        terms, values = f"{terms} AND ({index}, id) > (?, ?)", [*values, *after]
    return terms, values


def _is_past(key: Key, low: Key) -> bool:
    if isinstance(key, str):
        return isinstance(low, str) and key >= low
    return isinstance(low, int) and key >= low


def _batches(items: Sequence[T], size: int) -> Sequence[Sequence[T]]:
    if 0 < len(items) <= size:
        return (items,)
    return [items[start : start + size] for start in range(0, len(items), size)]
