"""Second thoughts about a secret: an earlier value comes back, or goes for good."""

from __future__ import annotations

from dataclasses import replace

from positronic.commands.new_versions import (
    check_version,
    following,
    written,
)
from positronic.commands.secret_changes import emptied
from positronic.commands.work import Plan, Work
from positronic.errors import Conflict, NotFound
from positronic.ledger.secret_rows import STATES, VERSIONS, SecretState, Version, version_id
from positronic.names import Name


async def rollback(work: Work, name: Name, to: int, expected: int | None) -> Plan:
    """The value of an earlier version becomes a new version. Raises NotFound, Conflict,
    VersionMismatch.
    """
    state = work.look.one(STATES, name)
    check_version(name, state, expected)
    if state is None or not state.is_live:
        raise NotFound(f"there is no secret {name}")
    return await _again(work, state, _text(work, state, to))


async def restore(work: Work, name: Name) -> Plan:
    """A deleted secret, as a new version. Raises NotFound, Conflict."""
    state = work.look.one(STATES, name)
    if state is not None and state.is_live:
        raise Conflict(f"{name} is not deleted")
    if state is None or state.deleted_version is None:
        raise NotFound(f"there is no deleted secret {name}")
    version = _text(work, state, state.deleted_version)
    return await _again(work, replace(state, deleted_version=None, kept_until=None), version)


async def destroy(work: Work, name: Name, number: int) -> Plan:
    """One version that nothing reads any more. Raises NotFound, Conflict."""
    state, id_ = work.look.one(STATES, name), version_id(name, number)
    row = work.look.rows(VERSIONS.kind, [id_]).get(id_)
    if state is None or row is None or not state.keeps(number, work.tools.clock()):
        raise _no_version(name, number)
    if state.is_live and number == state.metadata.version:
        raise Conflict(f"version {number} of {name} is the current one")
    changed = replace(state, changed_at=work.tools.clock(), changed_by=work.actor)
    changes = [STATES.put(changed), emptied(row)]
    return Plan(changes, [name], None, details={"version": number})


async def _again(work: Work, state: SecretState, version: Version) -> Plan:
    """[version, created, updated, restored from]"""
    values, number = work.tools.values, version.metadata.version
    metadata = following(state, work.tools.clock(), values.newest, is_back=True)
    [record] = await values.seal_many([(state.name, await values.open(version), metadata)])
    result = [metadata.version, metadata.created_at, metadata.updated_at, number]
    details = {"version": metadata.version, "restoredFrom": number}
    changes = written(work, record, state, number)
    return Plan(changes, [state.name], result, [state.name], details)


def _text(work: Work, state: SecretState, number: int) -> Version:
    """Raises NotFound, Conflict, CorruptRecord."""
    version = work.look.one(VERSIONS, version_id(state.name, number))
    if version is None or not state.keeps(number, work.tools.clock()):
        raise _no_version(state.name, number)
    if version.is_destroyed:
        raise Conflict(f"version {number} of {state.name} was destroyed")
    return version


def _no_version(name: Name, number: int) -> NotFound:
    return NotFound(f"{name} has no version {number}, or it is no longer kept")
