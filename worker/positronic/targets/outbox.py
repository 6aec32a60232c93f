"""What each change of secrets makes due at targets, in the commit of that change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from positronic.ledger.target_rows import PUSHES, TARGETS, Push, SwitchedOn, push_id
from positronic.names import Name
from positronic.ports import Ledger
from positronic.rows import ABSENT, Change, Expect, Row


def due_of(ledger: Ledger, names: Sequence[Name], now: int) -> tuple[Sequence[Change], Expect]:
    """The rows that say so, and what they replace. Part of a commit, with no await before it."""
    if not names:
        return [], {}
    found = [TARGETS.item(row) for row in ledger.list(TARGETS.kind)]
    if not found:
        return [], {}
    wanted = [
        Push(one.target, name, None)
        for one in found
        if isinstance(one, SwitchedOn)
        for name in names
        if one.selects(name)
    ]
    ids = [push_id(one.target, one.name) for one in wanted]
    rows = ledger.get(PUSHES.kind, ids) if ids else {}
    expect = {(PUSHES.kind, id_): rows[id_].revision if id_ in rows else ABSENT for id_ in ids}
    due = [made_due(one, rows.get(id_), now) for one, id_ in zip(wanted, ids, strict=True)]
    return [PUSHES.put(one) for one in due], expect


def made_due(fresh: Push, row: Row | None, now: int) -> Push:
    """Due at once, however often it failed before. Of one that cannot be read nothing is known, so
    that what is there without a mark is not ours.
    """
    known = PUSHES.item(row) if row else fresh
    return replace(known if isinstance(known, Push) else fresh, due=now, tries=1, error=None)
