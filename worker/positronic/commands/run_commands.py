"""What a run of a brain needs of the ledger: sealed text to open, and events of what it did."""

from __future__ import annotations

from collections.abc import Sequence

from positronic.commands.work import Plan, Work
from positronic.errors import CorruptRecord
from positronic.ledger.secret_rows import STATES, VERSIONS, version_id
from positronic.names import Name


async def read(work: Work, names: Sequence[Name]) -> object:
    """[[name, version, created, updated, key id, sealed text], ...]; a missing name is missing."""
    states = {
        name: state
        for name, state in work.look.get(STATES, names).items()
        if state.deleted_at is None
    }
    ids = {name: version_id(name, state.metadata.version) for name, state in states.items()}
    versions = work.look.get(VERSIONS, list(ids.values()))
    found: list[list[object]] = []
    for name, state in states.items():
        record = versions.get(ids[name])
        if record is None or record.metadata != state.metadata:
            raise CorruptRecord(f"the record of {name} cannot be opened")
        one = record.metadata
        found.append([name, one.version, one.created_at, one.updated_at, one.key_id, record.sealed])
    return found


async def note(_: Work, names: Sequence[str]) -> Plan:
    """An event, and nothing else."""
    return Plan([], names, None)
