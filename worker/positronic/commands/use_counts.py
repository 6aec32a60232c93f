"""Reads are counted in the commit that records them, and listed by secret."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from positronic.commands.paging import page
from positronic.commands.work import Plan, Work
from positronic.errors import NotFound
from positronic.ledger.secret_rows import STATES
from positronic.ledger.setting_rows import SETTING
from positronic.ledger.use_rows import (
    COUNTED,
    COUNTED_ID,
    KEPT,
    LAST_READS,
    USES,
    LastRead,
    Use,
    last_read,
    one_more,
    use_id,
    uses_of,
)
from positronic.names import Name
from positronic.ports import Ledger
from positronic.roles import Principal
from positronic.rows import Change, Delete, Row
from positronic.times import DAY

AT_ONCE: Final = 500  # counters that one step removes

_PAGE: Final = 1000


def counted(
    ledger: Ledger,
    reader: Principal,
    versions: Mapping[Name, int],
    at: int,
    host: str | None = None,
) -> list[Change]:
    """The rows after one more read of each. Part of a commit, with no await before it.

    A counter that cannot be read begins again.
    """
    if not versions:
        return []
    new = [
        Use(name, version, reader.kind, reader.name, host, at // DAY, 1, at, at)
        for name, version in versions.items()
    ]
    ids = [*map(use_id, new)]
    rows = ledger.get(USES.kind, [*ids, *versions])
    changes: list[Change] = []
    for use, id_ in zip(new, ids, strict=True):
        changes.append(USES.put(one_more(rows[id_], use) if id_ in rows else use))
        row = rows.get(use.name)
        last = last_read(row) if row else None
        changes.append(LAST_READS.put(LastRead(use.name, max(at, last or at))))
    return changes


async def uses(
    work: Work, name: Name, version: int | None, cursor: str | None, limit: int
) -> object:
    """[[[version, kind, reader, host, count, first, last], ...], cursor, since when].

    Also of a secret that was deleted. Raises NotFound if there never was one.
    """
    ledger, start = work.look.ledger, uses_of(name, version)
    rows, following = page(work, USES.kind, cursor, limit, low=start, high=f"{start[:-1]}0")
    if not rows and not ledger.get(STATES.kind, [name]):
        raise NotFound(f"there is no secret {name}")
    found = [USES.item(row) for row in rows]
    listed = [
        [one.version, one.kind, one.reader, one.host, one.count, one.first, one.last]
        for one in found
        if isinstance(one, Use)
    ]
    return [listed, following, since(ledger)]


def last_reads(ledger: Ledger, secrets: Sequence[Row]) -> dict[str, int | None]:
    """By name, at least of these, which are in ascending order; None: it cannot be read."""
    found = dict[str, int | None]()
    low, high = (secrets[0].id, f"{secrets[-1].id}\0") if secrets else ("", "")
    while True:
        # Also of names that are deleted, so that there may be more than one page.
        rows = ledger.list(USES.kind, "name", limit=_PAGE, low=low, high=high)
        found |= {row.id: last_read(row) for row in rows}
        if len(rows) < _PAGE:
            return found
        low = f"{rows[-1].id}\0"


def since(ledger: Ledger) -> int | None:
    """Since when every read is counted; None: that cannot be said yet."""
    row = ledger.get(SETTING, [COUNTED_ID]).get(COUNTED_ID)
    found = COUNTED.item(row) if row else None
    return found if isinstance(found, int) else None


async def trim(work: Work) -> Plan:
    """Remove counters that are no longer kept; whether there may be more. Without an event.

    Also starts the count in a ledger that is older than its counters.
    """
    ledger, now = work.look.ledger, work.tools.clock()
    old = ledger.list(USES.kind, "day", limit=AT_ONCE, high=(now - KEPT) // DAY)
    begun: list[Change] = [] if since(ledger) else [COUNTED.put(now)]
    return Plan([*begun, *(Delete(USES.kind, row.id) for row in old)], [], len(old) == AT_ONCE)
