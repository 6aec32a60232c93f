"""The statements of a commit, each made once: a database knows a statement again by its text."""

from __future__ import annotations

from functools import cache

from positronic.rows import Kind


@cache
def revision_of(kind: Kind) -> str:
    """A term of a SELECT: the revision of the row with this id, or NULL."""
    return f"(SELECT revision FROM {kind.name} WHERE id = ?)"  # noqa: S608


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
