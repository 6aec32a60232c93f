"""Records that names are pushed to a target: before the first value is opened, and for good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from positronic.commands.asking import Asking
from positronic.commands.target_reads import configured
from positronic.commands.work import Plan, Work
from positronic.ledger.secret_rows import STATES
from positronic.ledger.target_rows import PUSHES, TARGETS, push_id
from positronic.names import Name, TargetName
from positronic.roles import Principal, Role
from positronic.targets.drain import Claim
from positronic.targets.selected import wanted_version

ACTION: Final = "target.push"


def claiming(ask: Asking) -> Claim:
    """`claim`, as a ledger asks it of itself."""

    async def claimed(target: TargetName, names: Sequence[Name]) -> Sequence[Name]:
        found: list[str] = await ask(ACTION, target=target, names=list(names))
        return [Name(name) for name in found]

    return claimed


async def claim(work: Work, text: str, names: Sequence[Name]) -> Plan:
    """[name, ...] that may now be written or removed there: what is there from then on is ours.

    Their event names them, and each that is written counts as read by the target. Raises NotFound,
    CorruptRecord.
    """
    found, now = configured(work, text), work.tools.clock()
    on = work.look.one(TARGETS, text)
    if on is None:
        return Plan([], [], [])
    pushes = work.look.get(PUSHES, [push_id(text, name) for name in names])
    states = work.look.get(STATES, names)
    there = [name for name in names if push_id(text, name) in pushes]
    versions = {name: wanted_version(on, states.get(name), now) for name in there}
    claimed = [one for one in pushes.values() if not one.is_ours]
    removed = [name for name, version in versions.items() if version is None]
    details: dict[str, object] = {"target": text}
    if removed:
        details["removed"] = removed
    return Plan(
        [PUSHES.put(replace(one, is_ours=True)) for one in claimed],
        there,
        there,
        details=details,
        reads={name: version for name, version in versions.items() if version is not None},
        reader=Principal(text, text, Role.READER, work.project, kind="target"),
        host=found.config.host,
        by_itself=True,
    )
