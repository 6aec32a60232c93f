"""What a run of a brain needs of the ledger: sealed text to open, and events of what it did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from positronic.commands.secret_reads import current, live, readable
from positronic.commands.work import Plan, Work
from positronic.names import Name

READ: Final = "brain.read"


async def read(work: Work, names: Sequence[Name]) -> Plan:
    """[[name, version, created, updated, key id, sealed text, expired at or None], ...].

    A missing name is missing. The commit that reads it records and counts it. Raises SecretExpired.
    """
    states = readable(work, names)
    now = work.tools.clock()
    found = [
        [
            *(record.name, *record.metadata, record.sealed),
            states[record.name].policy.expired_at(now),
        ]
        for record in current(work, states)
    ]
    reads = {name: state.metadata.version for name, state in states.items()}
    return Plan([], list(states), found, reads=reads)


async def infos(work: Work, names: Sequence[Name]) -> object:
    """[[name, version, created, updated], ...]; a missing name is missing."""
    found = [(name, state.metadata) for name, state in live(work, names).items()]
    return [[name, one.version, one.created_at, one.updated_at] for name, one in found]


async def settle(_: Work, versions: Mapping[Name, int], at: int) -> Plan:
    """Record and count later what a run read from the copies, at that time."""
    details = {"from": "copy", "readAt": at, "versions": versions}
    return Plan(
        *([], list(versions), None),
        details=details,
        action=READ,
        reads=versions,
        read_at=at,
    )


async def note(_: Work, names: Sequence[str]) -> Plan:
    """An event, and nothing else."""
    return Plan([], names, None)
