"""The statements of a commit, each made once: a database knows a statement again by its text."""

from __future__ import annotations

from functools import cache

from positronic.rows import BY_ID, Kind


@cache
def revision_of(kind: Kind, index: str = BY_ID) -> str:
    """A term of a SELECT: the revision of the first row with this key, or NULL."""
    order = "" if index == BY_ID else f" ORDER BY {BY_ID} LIMIT 1"
    return f"(SELECT revision FROM {kind.name} WHERE {index} = ?{order})"  # noqa: S608


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
