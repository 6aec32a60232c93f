"""Changes of a project's secrets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from positronic.commands.arguments import Entry
from positronic.commands.new_versions import (
    bare,
    check_version,
    check_versions,
    following,
    removed,
    version_rows,
    written,
)
from positronic.commands.work import Plan, Work
from positronic.errors import CorruptRecord, NotFound
from positronic.ledger.secret_rows import STATES, VERSIONS, SecretState, version_of
from positronic.names import Name, is_name, parse_name
from positronic.ports import Metadata, Record, Unreadable
from positronic.rows import Change, Delete, Row
from positronic.secrets.policy import DEFAULT, Policy
from positronic.times import DAY, iso

_NOT_KEPT: Final = Policy(keep_days=0)


async def put(work: Work, entry: Entry) -> Plan:
    """Write one secret; an update keeps its created_at. Raises VersionMismatch."""
    name, _, expected = entry
    states = work.look.get(STATES, [name])
    check_version(name, states.get(name), expected)
    [record] = await _sealed(work, [entry], states)
    metadata = record.metadata
    result = [metadata.version, metadata.created_at, metadata.updated_at]
    return Plan(_written(work, record, states.get(name)), [name], result, [name])


async def bulk(work: Work, entries: Sequence[Entry]) -> Plan:
    """Write all of these, which have distinct names, or none. Raises VersionMismatch."""
    names = [name for name, *_ in entries]
    states = work.look.get(STATES, names)
    check_versions(states, entries)
    changes: list[Change] = []
    for record in await _sealed(work, entries, states):
        changes += _written(work, record, states.get(record.name))
    updated = sum(state.is_live for state in states.values())
    return Plan(changes, names, [len(names) - updated, updated], names)


async def delete(work: Work, text: str, expected: int | None) -> Plan:
    """It can be restored for a while, and its number stays. Also what cannot be read, which goes
    at once. Raises NotFound, InvalidName, ReservedName, VersionMismatch.
    """
    name = Name(text)
    state = _last_state(work, name)
    check_version(name, state, expected)
    if state is None or not state.is_live:
        raise NotFound(f"there is no secret {parse_name(text)}")
    if not is_name(name):
        return _forget(work, name)
    now, days = work.tools.clock(), state.policy.keep_days
    state = replace(state, deleted_at=now, changed_at=now, changed_by=work.actor)
    if not days:
        return Plan([STATES.put(bare(state)), *_removed(work, name)], [name], None, [name])
    state = replace(state, deleted_version=state.metadata.version, kept_until=now + days * DAY)
    details = {"keptUntil": iso(now + days * DAY)}
    return Plan([STATES.put(state)], [name], None, [name], details)


async def destroy(work: Work, text: str, expected: int | None) -> Plan:
    """A secret with all its versions, whether or not it is deleted: no text of it stays.

    Their lines stay in its history as long as a deleted secret is kept. Raises NotFound,
    VersionMismatch.
    """
    name = Name(text)
    state, rows = _last_state(work, name), version_rows(work, name)
    check_version(name, state, expected)
    texts = [row for row in rows if _has_text(row)]
    if state is None or not (state.is_live or texts):
        raise NotFound(f"there is no secret {parse_name(text)}")
    if not is_name(name):
        return _forget(work, name)
    now, days = work.tools.clock(), state.policy.keep_days
    state = replace(state, deleted_at=state.deleted_at or now, changed_at=now)
    state = replace(state, changed_by=work.actor, deleted_version=state.metadata.version)
    if not days:
        return Plan([STATES.put(bare(state)), *_removed(work, name)], [name], None, [name])
    state = replace(state, kept_until=state.kept_until or now + days * DAY, policy=DEFAULT)
    return Plan([STATES.put(state), *map(emptied, texts)], [name], None, [name])


def emptied(row: Row) -> Change:
    """The line of a version in its history, without its text; one that cannot be read goes."""
    found = VERSIONS.item(row)
    if isinstance(found, Unreadable):
        return removed(row.id)
    return VERSIONS.put(replace(found, sealed=""))


def _has_text(row: Row) -> bool:
    found = VERSIONS.item(row)
    return isinstance(found, Unreadable) or not found.is_destroyed


def _forget(work: Work, name: Name) -> Plan:
    """Nobody of ours wrote it, so it has no copy and no number to keep."""
    return Plan([*_removed(work, name), Delete(STATES.kind, name)], [name], None)


def _removed(work: Work, name: Name) -> list[Change]:
    return [removed(row.id) for row in version_rows(work, name)]


def _last_state(work: Work, name: Name) -> SecretState | None:
    """One that cannot be read counts as live, and is not kept once it is deleted."""
    try:
        return work.look.one(STATES, name)
    except CorruptRecord:
        rows = version_rows(work, name)
        version, now = max((version_of(row.id) for row in rows), default=1), work.tools.clock()
        metadata = Metadata(version or 1, now, now, work.tools.values.newest)
        return SecretState(name, metadata, policy=_NOT_KEPT)


async def _sealed(
    work: Work, entries: Sequence[Entry], states: Mapping[str, SecretState]
) -> Sequence[Record]:
    now, values = work.tools.clock(), work.tools.values
    return await values.seal_many(
        [
            (name, value, following(states.get(name), now, values.newest, is_back=False))
            for name, value, _ in entries
        ]
    )


def _written(work: Work, record: Record, state: SecretState | None) -> list[Change]:
    """Of its policy, a deleted name that is created again has only how much is kept of it: a writer
    may not lower that. What was deleted is still kept.
    """
    if state is None:
        state = SecretState(record.name, record.metadata)
    elif not state.is_live:
        kept = state.policy
        policy = replace(DEFAULT, keep_versions=kept.keep_versions, keep_days=kept.keep_days)
        state = replace(state, policy=policy)
    return written(work, record, state)
