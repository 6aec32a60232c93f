"""All that a target gets, looked through after it was switched on, off or synchronised: some names
a step, so that no commit is large.

First come the names of which something is known there, then the secrets that there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final

from positronic.ledger.target_rows import PUSHES, TARGETS, Push, SwitchedOn, push_id, pushes_of
from positronic.names import is_name, parse_name
from positronic.ports import Ledger, Unreadable
from positronic.rows import ABSENT, Change, CommitConflict, Delete, Expect, Row, Where
from positronic.targets.selected import live_secrets

FROM_THE_START: Final = ""
AT_ONCE: Final = 200  # names in one step

_KNOWN: Final = "known"  # how a place begins: which of them are next
_SECRETS: Final = "secrets"

# What is to be committed, what it expects, and after which id there may be more.
_Some = tuple[Sequence[Change], Expect, str | None]


def step(ledger: Ledger, on: SwitchedOn, revision: int, now: int) -> None:
    """Makes the next names due, and says where it stopped. `revision`: of the target's row."""
    phase, _, after = (on.scan or f"{_KNOWN}:").partition(":")
    look = _known if phase == _KNOWN else _secrets
    changes, expect, last = look(ledger, on, after, now)
    following = None if phase == _SECRETS else f"{_SECRETS}:"
    if last is not None:
        following = f"{phase}:{last}"
    walked = replace(on, scan=following, is_fresh=on.is_fresh and following is not None)
    with suppress(CommitConflict):  # a change came in between: the next step is the same again
        expected = dict[Where, int]([*expect.items(), ((TARGETS.kind, on.target), revision)])
        ledger.commit([*changes, TARGETS.put(walked)], expected)


def _known(ledger: Ledger, on: SwitchedOn, after: str, now: int) -> _Some:
    low, high = pushes_of(on.target)
    start = (after, after) if after else None
    rows = ledger.list(PUSHES.kind, after=start, limit=AT_ONCE, low=low, high=high)
    expect = {(PUSHES.kind, row.id): row.revision for row in rows}
    return [_again(row, on, now) for row in rows], expect, _last(rows)


def _again(row: Row, on: SwitchedOn, now: int) -> Change:
    push = PUSHES.item(row)
    if isinstance(push, Unreadable):
        return Delete(PUSHES.kind, row.id)
    push = replace(push, due=now, tries=1, error=None)
    if on.is_fresh:
        push = replace(push, version=None, receipt=None, refused=None, refused_version=None)
    return PUSHES.put(push)


def _secrets(ledger: Ledger, on: SwitchedOn, after: str, now: int) -> _Some:
    """Those of which nothing is known there yet."""
    states = [] if on.is_leaving else live_secrets(ledger, on, after or None, AT_ONCE)
    names = {push_id(on.target, row.id): row.id for row in states}
    known = ledger.get(PUSHES.kind, names) if names else {}
    new = [
        PUSHES.put(Push(on.target, parse_name(name), now))
        for id_, name in names.items()
        if id_ not in known and is_name(name)
    ]
    return new, {(PUSHES.kind, one.id): ABSENT for one in new}, _last(states)


def _last(rows: Sequence[Row]) -> str | None:
    """After which one there may be more; None: these were all."""
    return rows[-1].id if len(rows) == AT_ONCE else None
