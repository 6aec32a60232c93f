"""The statements of a commit, each made once: a database knows a statement again by its text."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from typing import Final, TypeAlias

from positronic.ledger import text_keys
from positronic.ledger.database import Statement
from positronic.rows import BY_ID, Key, Kind

# A term of a SELECT, the value of its one mark, and what it has to answer.
Term: TypeAlias = tuple[str, Key, int | None]

# A table, its indexes and its triggers.
PARTS: Final = "SELECT name FROM sqlite_master WHERE tbl_name = ?"
# Its columns.
COLUMNS: Final = "SELECT name FROM pragma_table_info(?)"
# A term: how many of the parts there are.
PART_COUNT: Final = "(SELECT COUNT(*) FROM sqlite_master WHERE tbl_name = ?)"

COUNTER_TABLE: Final = "commits"
COUNTER: Final[Statement] = (
    "CREATE TABLE IF NOT EXISTS commits (one INTEGER PRIMARY KEY, number INTEGER NOT NULL)",
    (),
)
# A term: the number of the last commit.
NUMBER: Final = "(SELECT number FROM commits WHERE one = ?)"
COUNT: Final = (
    "INSERT INTO commits VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET number = excluded.number"
)


@cache
def revision_of(kind: Kind, index: str = BY_ID) -> str:
    """A term of a SELECT: the revision of the first row with this key, or NULL."""
    # The index is in the order of ids. ORDER BY says no more, but has the statement made each time.
    by = "" if index == BY_ID else f" INDEXED BY {_index_name(kind, index)}"
    return f"(SELECT revision FROM {kind.name}{by} WHERE {index} = ? LIMIT 1)"  # noqa: S608


@cache
def deletion(kind: Kind, count: int) -> str:
    """Of as many ids."""
    return f"DELETE FROM {kind.name} WHERE id IN ({marks(count)})"  # noqa: S608


@cache
def insertion(kind: Kind, count: int) -> str:
    """Of as many rows: id, text, revision, keys, and the slot of a text that is shredded."""
    columns = ("id", "text", "revision", *kind.indexes, *(["slot"] if kind.is_shredded else []))
    rows = ", ".join([f"({marks(len(columns))})"] * count)
    return f"INSERT OR REPLACE INTO {kind.name} ({', '.join(columns)}) VALUES {rows}"  # noqa: S608


def marks(count: int) -> str:
    return ", ".join("?" * count)


def making(kind: Kind) -> Sequence[Statement]:
    """Its table, with its indexes and triggers."""
    # The text comes last: a list of what has long texts need not read them to skip them.
    columns = ["id TEXT NOT NULL PRIMARY KEY", "revision INTEGER NOT NULL", *kind.indexes]
    if kind.is_shredded:
        columns.append("slot INTEGER")
    # A new row of a log goes to the end of it: by its id, it would move others from page to page.
    order = "" if kind.is_log else " WITHOUT ROWID"
    made = (
        f"CREATE TABLE IF NOT EXISTS {kind.name} ({', '.join(columns)}, text TEXT NOT NULL){order}"
    )
    keys = text_keys.make(kind.name) if kind.is_shredded else ()
    return [(made, ()), *(_indexing(kind, index) for index in kind.indexes), *keys]


def parts_of(kind: Kind) -> set[str]:
    """The names of what `making` makes."""
    found = {kind.name, *(_index_name(kind, index) for index in kind.indexes)}
    return found | text_keys.triggers_of(kind.name) if kind.is_shredded else found


def extending(
    kind: Kind, missing: Collection[str], columns: Collection[str]
) -> Sequence[Statement]:
    """A table that lacks these parts. Where it is one of older code, it lacks their columns too:
    its rows are then in no new index, and their texts have no key.
    """
    found: list[Statement] = []
    for index in kind.indexes:
        if _index_name(kind, index) in missing:
            if index not in columns:
                found.append((f"ALTER TABLE {kind.name} ADD COLUMN {index}", ()))
            found.append(_indexing(kind, index))
    if not text_keys.triggers_of(kind.name).isdisjoint(missing):
        if "slot" not in columns:
            found.append((f"ALTER TABLE {kind.name} ADD COLUMN slot INTEGER", ()))
        found += text_keys.make(kind.name)
    return found


def _index_name(kind: Kind, index: str) -> str:
    return f"{kind.name}_{index}"


def _indexing(kind: Kind, index: str) -> Statement:
    made = (
        f"CREATE INDEX IF NOT EXISTS {_index_name(kind, index)} ON {kind.name} ({index}, id)"
        f" WHERE {index} IS NOT NULL"
    )
    return made, ()
