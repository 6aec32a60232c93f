"""Reminders of what is due: claimed before they are sent, so that two runs do not send one twice.

A claim lapses, for a run that claimed may have ended: then a name is sent again rather than never.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, cast

from positronic.commands.policy_commands import due
from positronic.commands.work import Plan, Work
from positronic.ledger.reminder_rows import REMINDERS, Reminder
from positronic.names import Name
from positronic.rows import Change, Delete, Row
from positronic.times import DAY

AT_ONCE: Final = 500  # names in one message
CLAIMED: Final = 600_000  # milliseconds

_FIELDS: Final = ("name", "version", "due", "why")


async def claim(work: Work, claim_: str, within: int, cursor: str | None) -> Plan:
    """{day, cursor, names: [[name, version, due, why], ...]}: some of what is to be sent now.

    The same again for the same claim. No event: no secret is read or changed.
    """
    now = work.tools.clock()
    found, following = cast("list[Any]", await due(work, within, cursor, AT_ONCE))
    told = {str(one["name"]): one for one in found if len(one) > 1}
    rows = work.look.rows(REMINDERS.kind, told)
    known = {name: _read(name, rows) for name in told}
    free = [one for one in known.values() if not one.is_held(claim_, now)]
    fresh = [
        replace(one, claim=claim_, until=now + CLAIMED) for one in free if not one.is_claimed(now)
    ]
    names = [[told[one.name][field] for field in _FIELDS] for one in free]
    changes = [*_lapsed(work, now // DAY, told), *map(REMINDERS.put, fresh)]
    return Plan(changes, [], {"day": now // DAY, "cursor": following, "names": names})


async def settle(work: Work, names: Sequence[Name], day: int, *, was_taken: bool) -> Plan:
    """These are not sent again on this day; or, if nobody took them, at the next run."""
    rows = work.look.rows(REMINDERS.kind, names)
    changes: list[Change] = []
    for name in dict.fromkeys(names):
        known = _read(name, rows)
        settled = Reminder(name, day if was_taken else known.sent)
        if settled.sent is None:
            changes += [Delete(REMINDERS.kind, name)] * (name in rows)
        elif settled != known:
            changes.append(REMINDERS.put(settled))
    return Plan(changes, [], None)


def _read(name: str, rows: Mapping[str, Row]) -> Reminder:
    """One that cannot be read, or is not there, holds nothing back."""
    found = REMINDERS.item(rows[name]) if name in rows else None
    return found if isinstance(found, Reminder) else Reminder(Name(name))


def _lapsed(work: Work, today: int, apart: Collection[str]) -> list[Change]:
    """Some rows of days before, which say nothing any more."""
    old = work.look.ledger.list(REMINDERS.kind, "day", limit=AT_ONCE, high=today)
    ids = [row.id for row in old if row.id not in apart]
    work.look.rows(REMINDERS.kind, ids)  # the commit expects them as they are
    return [Delete(REMINDERS.kind, id_) for id_ in ids]
