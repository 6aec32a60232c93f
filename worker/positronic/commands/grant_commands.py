"""Which app may read which secrets over a binding: granted, listed and taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from positronic.commands.paging import page
from positronic.commands.secret_reads import there
from positronic.commands.work import Plan, Work
from positronic.errors import Conflict, NotFound
from positronic.ledger.grant_rows import GRANTS, Grant
from positronic.names import App, Name, parse_app
from positronic.ports import Unreadable
from positronic.rows import Change, Delete

MAX_GRANTED: Final = 500  # names of one app


async def add(work: Work, app: App, names: Sequence[Name]) -> Plan:
    """[the grant as `listed` has it, those of its names for which there is no secret now].

    It may read these too, also where there is no such secret yet. Raises Conflict, CorruptRecord.
    """
    before, now = work.look.one(GRANTS, app), work.tools.clock()
    granted = before.names if before else ()
    new = sorted(set(names).difference(granted))
    names_now = tuple(sorted({*granted, *new}))
    if len(names_now) > MAX_GRANTED:
        raise Conflict(f"{app} may read {MAX_GRANTED} secrets at most; nothing was granted")
    grant = before
    if grant is None or new:
        grant = Grant(app, names_now, work.actor, before.created_at if before else now, now)
    found = there(work, grant.names)
    answer = [_item(grant), [name for name in grant.names if name not in found]]
    return Plan([GRANTS.put(grant)] if new else [], new, answer, details={"as": app})


async def remove(work: Work, text: str, names: Sequence[Name]) -> Plan:
    """The whole grant, or these names of it: all of them, or none. Raises NotFound.

    Without names, also one that cannot be read.
    """
    row = work.look.rows(GRANTS.kind, [text]).get(text)
    if row is None:
        raise NotFound(f"there is no grant for {parse_app(text)}")
    grant = GRANTS.read(row) if names else GRANTS.item(row)
    if isinstance(grant, Unreadable):
        return Plan([Delete(GRANTS.kind, text)], [f"grant {text}"], None)
    gone = sorted(set(names)) or grant.names
    if missing := [name for name in gone if name not in grant.names]:
        raise NotFound(f"{grant.app} is not granted {missing[0]}; nothing was removed")
    rest = tuple(name for name in grant.names if name not in gone)
    change: Change = Delete(GRANTS.kind, text)
    if rest:
        now = work.tools.clock()
        change = GRANTS.put(Grant(grant.app, rest, work.actor, grant.created_at, now))
    return Plan([change], gone, None, details={"as": grant.app})


async def listed(work: Work, cursor: str | None, limit: int) -> object:
    """[[[app, names, by, created, changed] or [app], ...], cursor] by app."""
    rows, following = page(work, GRANTS.kind, cursor, limit)
    return [[_item(GRANTS.item(row)) for row in rows], following]


def _item(grant: Grant | Unreadable) -> list[object]:
    if isinstance(grant, Unreadable):
        return [grant.id]
    times = grant.created_at, grant.changed_at
    return [grant.app, list(grant.names), dict(grant.by), *times]
