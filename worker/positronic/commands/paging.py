"""A page of a list of rows, and the cursor that leads on."""

from __future__ import annotations

from collections.abc import Sequence

from positronic.commands.work import Work
from positronic.errors import InvalidRequest
from positronic.rows import BY_ID, Key, Kind, Position, Row


def page(
    work: Work,
    kind: Kind,
    cursor: str | None,
    limit: int,
    index: str = BY_ID,
    *,
    low: Key | None = None,
    high: Key | None = None,
) -> tuple[Sequence[Row], str | None]:
    """Of an index whose keys are ids. The cursor is `=` and the id of the last row of a page."""
    last = cursor.removeprefix("=") if cursor else ""
    after = (last, last) if cursor else None
    rows = work.look.ledger.list(kind, index, after, limit + 1, low=low, high=high)
    following = f"={rows[limit - 1].id}" if len(rows) > limit else None
    return rows[:limit], following


def by_time(
    work: Work, kind: Kind, index: str, cursor: str | None, limit: int, *, high: Key | None = None
) -> tuple[Sequence[Row], str | None]:
    """Of an index whose keys are times. The cursor has that of the last row, and its id.

    Raises InvalidRequest for one from elsewhere.
    """
    rows = work.look.ledger.list(kind, index, _position(cursor), limit + 1, high=high)
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], time_cursor(kind, index, rows[limit - 1])


def time_cursor(kind: Kind, index: str, last: Row) -> str:
    """It leads on after this row of an index whose keys are times."""
    return f"{last.keys[kind.indexes.index(index)]}={last.id}"


def _position(cursor: str | None) -> Position | None:
    if not cursor:
        return None
    at, sign, id_ = cursor.partition("=")
    if not (sign and at.isascii() and at.isdigit() and len(at) <= 15):
        raise InvalidRequest("`cursor` does not come from this list")
    return int(at), id_
