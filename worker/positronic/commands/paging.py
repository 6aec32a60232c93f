"""A page of a list of rows, and the cursor that leads on."""

from __future__ import annotations

from collections.abc import Sequence

from positronic.commands.work import Work
from positronic.rows import BY_ID, Kind, Row


def page(
    work: Work, kind: Kind, index: str, cursor: str | None, limit: int
) -> tuple[Sequence[Row], str | None]:
    """Of an index whose keys are ids. The cursor is `=` and the id of the last row of a page."""
    last = cursor.removeprefix("=") if cursor else ""
    after = (last, last) if cursor else None
    rows = work.look.ledger.list(kind, index, after, limit + 1)
    following = f"={rows[limit - 1].id}" if len(rows) > limit else None
    return rows[:limit], following


def by_key(
    work: Work, kind: Kind, index: str, cursor: str | None, limit: int
) -> tuple[Sequence[Row], str | None]:
    """Of an index whose keys are times. The cursor has that of the last row, and its id."""
    key, _, last = (cursor or "").removeprefix("=").partition("/")
    after = (int(key), last) if key.isascii() and key.isdigit() and len(key) < 16 else None
    rows = work.look.ledger.list(kind, index, after, limit + 1)
    if len(rows) <= limit:
        return rows, None
    row = rows[limit - 1]
    return rows[:limit], f"={row.keys[kind.indexes.index(index)]}/{row.id}"


def by_id(
    work: Work, kind: Kind, cursor: str | None, limit: int
) -> tuple[Sequence[Row], str | None]:
    return page(work, kind, BY_ID, cursor, limit)
