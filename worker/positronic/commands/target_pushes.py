"""Records that names are pushed to a target: before the first value is opened, and for good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from positronic.targets.pushing import LATE, SEND_TIME
from positronic.targets.selected import wanted_version

ACTION: Final = "target.push"


def claiming(ask: Asking) -> Claim:
    """`claim`, as a ledger asks it of itself."""

    async def claimed(target: TargetName, names: Sequence[Name]) -> Mapping[Name, int | None]:
        found: dict[str, int | None] = await ask(ACTION, target=target, names=list(names))
        return {Name(name): version for name, version in found.items()}

    return claimed


async def claim(work: Work, text: str, names: Sequence[Name]) -> Plan:
    """{name: version} that may now be written, or (None) removed, there: what is there from then on
    is ours, and a request may be under way.

    Their event names them, and each that is written counts as read by the target. Raises NotFound,
    CorruptRecord.
    """
    found, now = configured(work, text), work.tools.clock()
    place, until = found.config.place, now + SEND_TIME + LATE
    on = work.look.one(TARGETS, text)
    if on is None:
        return Plan([], [], {})
    pushes = work.look.get(PUSHES, [push_id(text, name) for name in names])
    states = work.look.get(STATES, names)
    there = [name for name in names if push_id(text, name) in pushes]
    versions = {name: wanted_version(on, states.get(name), now) for name in there}
    removed = [name for name, version in versions.items() if version is None]
    details: dict[str, object] = {"target": text}
    if removed:
        details["removed"] = removed
    return Plan(
        [
            PUSHES.put(replace(one.at_place(place), is_ours=True, unsure=until, place=place))
            for one in pushes.values()
        ],
        there,
        versions,
        details=details,
        reads={name: version for name, version in versions.items() if version is not None},
        reader=Principal(text, text, Role.READER, work.project, kind="target"),
        host=found.config.host,
        by_itself=True,
    )
