"""What a run of a brain needs of the ledger: sealed text to open, and events of what it did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from positronic.commands.work import Plan, Work
from positronic.errors import CorruptRecord
from positronic.ledger.secret_rows import STATES, VERSIONS, SecretState, version_id
from positronic.names import Name

READ: Final = "brain.read"


async def read(work: Work, names: Sequence[Name]) -> Plan:
    """[[name, version, created, updated, key id, sealed text], ...]; a missing name is missing.

    Recorded by the commit that reads it.
    """
    states = _live(work, names)
    ids = {name: version_id(name, state.metadata.version) for name, state in states.items()}
    versions = work.look.get(VERSIONS, list(ids.values()))
    found: list[list[object]] = []
    for name, state in states.items():
        record = versions.get(ids[name])
        if record is None or record.metadata != state.metadata:
            raise CorruptRecord(f"the record of {name} cannot be opened")
        one = record.metadata
        found.append([name, one.version, one.created_at, one.updated_at, one.key_id, record.sealed])
    return Plan([], list(states), found)


async def infos(work: Work, names: Sequence[Name]) -> object:
    """[[name, version, created, updated], ...]; a missing name is missing."""
    found = [(name, state.metadata) for name, state in _live(work, names).items()]
    return [[name, one.version, one.created_at, one.updated_at] for name, one in found]


async def settle(_: Work, versions: Mapping[Name, int], at: int) -> Plan:
    """Record later what a run read from the copies, at that time."""
    details = {"from": "copy", "readAt": at, "versions": versions}
    return Plan([], list(versions), None, details=details, action=READ)


async def note(_: Work, names: Sequence[str]) -> Plan:
    """An event, and nothing else."""
    return Plan([], names, None)


def _live(work: Work, names: Sequence[Name]) -> dict[Name, SecretState]:
    states = work.look.get(STATES, names)
    return {name: states[name] for name in names if name in states and _is_live(states[name])}


def _is_live(state: SecretState) -> bool:
    return state.deleted_at is None
