"""Values that were kept for a commit that never came, or whose record is gone: they are removed."""

from __future__ import annotations

from typing import Final

from positronic.ledger.secret_rows import VERSIONS
from positronic.ports import Ledger, Values
from positronic.rows import Row

IN_FLIGHT: Final = 3_600_000  # milliseconds: no command is under way for as long

_PAGE: Final = 1000


async def sweep(ledger: Ledger, values: Values, now: int) -> None:
    """Raises CorruptRecord, and removes nothing, when a record cannot say what it names."""
    named: set[str] = set()
    rows: list[Row] = []
    while found := ledger.list(VERSIONS.kind, after=_last(rows), limit=_PAGE):
        rows = list(found)
        named |= {VERSIONS.read(row).sealed for row in rows}
    await values.sweep(named, now - IN_FLIGHT)


def _last(rows: list[Row]) -> tuple[str, str] | None:
    return (rows[-1].id, rows[-1].id) if rows else None
