"""Changes of a project's secrets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from positronic.commands.work import Plan, Work
from positronic.errors import CorruptRecord, NotFound
from positronic.ledger.secret_rows import (
    STATES,
    VERSIONS,
    SecretState,
    version_from,
    version_id,
    version_of,
)
from positronic.names import Name, Value, is_name, parse_name
from positronic.ports import Metadata, Record
from positronic.rows import Change, Delete
from positronic.secrets.policy import DEFAULT

Entry = tuple[Name, Value]


async def put(work: Work, name: Name, value: Value) -> Plan:
    """Write one secret; an update keeps its created_at."""
    states = work.look.get(STATES, [name])
    [record] = await _sealed(work, [(name, value)], states)
    metadata = record.metadata
    result = [metadata.version, metadata.created_at, metadata.updated_at]
    return Plan(_written(work, record, states.get(name)), [name], result, [name])


async def bulk(work: Work, entries: Sequence[Entry]) -> Plan:
    """Write all of these, which have distinct names, or none."""
    names = [name for name, _ in entries]
    states = work.look.get(STATES, names)
    changes: list[Change] = []
    for record in await _sealed(work, entries, states):
        changes += _written(work, record, states.get(record.name))
    updated = sum(state.is_live for state in states.values())
    return Plan(changes, names, [len(names) - updated, updated], names)


async def delete(work: Work, text: str) -> Plan:
    """Its number stays. Also what cannot be read. Raises NotFound, InvalidName, ReservedName."""
    name = Name(text)
    state = _last_state(work, name)
    if state is None or not state.is_live:
        raise NotFound(f"there is no secret {parse_name(text)}")
    versions = work.look.ledger.list(VERSIONS.kind, low=f"{name}/", high=f"{name}0")
    changes: list[Change] = [Delete(VERSIONS.kind, row.id) for row in versions]
    if not is_name(name):  # nobody of ours wrote it, so it has no copy and no number to keep
        return Plan([*changes, Delete(STATES.kind, name)], [name], None)
    now = work.tools.clock()
    gone = replace(state, deleted_at=now, changed_at=now, changed_by=work.actor)
    return Plan([*changes, STATES.put(gone)], [name], None, [name])


def _last_state(work: Work, name: Name) -> SecretState | None:
    try:
        return work.look.one(STATES, name)
    except CorruptRecord:
        versions = work.look.ledger.list(VERSIONS.kind, low=f"{name}/", high=f"{name}0", limit=1)
        version = version_of(versions[0].id) if versions else 1
        now = work.tools.clock()
        return SecretState(name, Metadata(version, now, now, work.tools.values.newest))


async def _sealed(
    work: Work, entries: Sequence[Entry], states: Mapping[str, SecretState]
) -> Sequence[Record]:
    now, values = work.tools.clock(), work.tools.values
    return await values.seal_many(
        [(name, value, _next(states.get(name), now, values.newest)) for name, value in entries]
    )


def _next(state: SecretState | None, now: int, key_id: str) -> Metadata:
    """The metadata of the version after this one."""
    last = state.metadata if state else None
    live = state.metadata if state and state.is_live else None
    return Metadata(
        version=last.version + 1 if last else 1,
        created_at=live.created_at if live else now,
        # A clock that went back must not date an update before what it replaces.
        updated_at=max(now, live.updated_at) if live else now,
        key_id=key_id,
    )


def _written(work: Work, record: Record, state: SecretState | None) -> list[Change]:
    """The rows of a new version; the one that it replaces goes."""
    policy = state.policy if state is not None and state.is_live else DEFAULT
    written = SecretState(
        record.name,
        record.metadata,
        changed_at=record.metadata.updated_at,
        changed_by=work.actor,
        policy=policy,
    )
    changes: list[Change] = [STATES.put(written)]
    changes.append(VERSIONS.put(version_from(record, work.actor)))
    if state is not None and state.is_live:
        changes.append(Delete(VERSIONS.kind, version_id(record.name, state.metadata.version)))
    return changes
