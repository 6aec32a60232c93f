"""Which secrets are copied to which target: switched on, off, and looked through again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from positronic.commands.target_reads import configured, shown
from positronic.commands.work import Plan, Work
from positronic.errors import CorruptRecord, NotFound
from positronic.ledger.target_rows import PUSHES, TARGETS, SwitchedOn, pushes_of
from positronic.names import Name, parse_target
from positronic.ports import Unreadable
from positronic.rows import Delete
from positronic.targets import refusals
from positronic.targets.scan import FROM_THE_START


async def switch_on(
    work: Work, text: str, names: Sequence[Name] | None, prefix: str | None
) -> Plan:
    """[what `listed` says of it, whether it was switched on already]: it gets these secrets from
    now on, or those with this prefix, and no others: what else is ours there is removed.

    Nothing is sent: what the provider cannot take is refused before. Raises NotFound,
    NotConfigured, TargetRefused.
    """
    found = configured(work, text)
    target, before, now = found.usable(), _known(work, text), work.tools.clock()
    chosen = None if names is None else tuple(sorted(set(names)))
    created = before.created_at if before and not before.is_leaving else now
    one = SwitchedOn(
        *(found.config.name, chosen, prefix, work.actor, created, now),
        scan=FROM_THE_START,
        is_fresh=before is not None and (before.is_fresh or before.is_paused),
        place=found.config.place,
    )
    await refusals.check(work.look.ledger, work.tools.values, one, target)
    details: dict[str, object] = {"target": one.target}
    if prefix is not None:
        details["prefix"] = prefix
    said = list(chosen or [f"target {one.target}"])
    return Plan(
        *([TARGETS.put(one)], said, shown(work, found, one)), details=details, is_woken=True
    )


async def remove(work: Work, text: str, *, purge: bool) -> Plan:
    """It is pushed to no more; with `purge`, what is ours there is removed first. NotFound."""
    row = work.look.rows(TARGETS.kind, [text]).get(text)
    if row is None:
        configured(work, text)
        raise NotFound(f"the target {parse_target(text)} is not switched on")
    known, now = TARGETS.item(row), work.tools.clock()
    details = {"target": text, "purge": purge}
    low, high = pushes_of(text)
    is_empty = not work.look.ledger.list(PUSHES.kind, limit=1, low=low, high=high)
    if isinstance(known, Unreadable) and purge:
        raise CorruptRecord(f"the record of the target {text} cannot be read: nothing was removed")
    if isinstance(known, Unreadable) or not purge or is_empty:
        return Plan([Delete(TARGETS.kind, text)], [f"target {text}"], None, details=details)
    configured(work, text).usable()
    leaving = replace(
        known,
        by=work.actor,
        changed_at=now,
        scan=FROM_THE_START,
        is_leaving=True,
        resume=None,
        is_paused=False,
    )
    return Plan([TARGETS.put(leaving)], [f"target {text}"], None, details=details, is_woken=True)


async def sync(work: Work, text: str) -> Plan:
    """What `listed` says of it: all that it gets is due again, whatever was written before.

    Raises NotFound, NotConfigured.
    """
    found, known = configured(work, text), _known(work, text)
    if known is None:
        raise NotFound(f"the target {found.config.name} is not switched on")
    found.usable()
    again = replace(
        known, scan=FROM_THE_START, is_fresh=True, failed=0, resume=None, is_paused=False
    )
    return Plan(
        [TARGETS.put(again)],
        [f"target {text}"],
        shown(work, found, again),
        details={"target": text},
        is_woken=True,
    )


def _known(work: Work, text: str) -> SwitchedOn | None:
    """One that cannot be read counts as switched off."""
    row = work.look.rows(TARGETS.kind, [text]).get(text)
    found = TARGETS.item(row) if row else None
    return found if isinstance(found, SwitchedOn) else None
