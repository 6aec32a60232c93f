"""How a secret gets its next version: its number and dates, and which earlier ones stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from positronic.commands.arguments import Entry
from positronic.commands.work import Work
from positronic.errors import Detail, VersionMismatch
from positronic.ledger.secret_rows import (
    STATES,
    VERSIONS,
    SecretState,
    version_from,
    version_id,
    version_of,
)
from positronic.names import Name
from positronic.ports import Metadata, Record
from positronic.quick_dataclass import quick_replace
from positronic.rows import Change, Delete, Row
from positronic.sealing.envelope import MAX_LENGTH
from positronic.secrets.policy import DEFAULT

MAX_KEPT: Final = 8 * 1024 * 1024  # characters of the sealed texts of one name

_ALWAYS_FIT: Final = MAX_KEPT // MAX_LENGTH  # versions


def check_version(name: Name, state: SecretState | None, expected: int | None) -> None:
    """0: there is none. Raises VersionMismatch, which says the current version."""
    current = state.metadata.version if state is not None and state.is_live else 0
    if expected in (None, current):
        return
    found = f"{name} has version {current}" if current else f"there is no secret {name}"
    detail = Detail(VersionMismatch.code, found, current_version=current)
    raise VersionMismatch(f"{found}; nothing was changed", details=[detail])


def check_versions(states: Mapping[str, SecretState], entries: Sequence[Entry]) -> None:
    """The same for each entry; names all that have another version."""
    found: list[Detail] = []
    for index, (name, _, expected) in enumerate(entries):
        try:
            check_version(name, states.get(name), expected)
        except VersionMismatch as error:
            found.append(replace(error.details[0], index=index, name=name))
    if found:
        message = "secrets have another version than expected; nothing was written"
        raise VersionMismatch(message, details=found)


def following(state: SecretState | None, now: int, key_id: str, *, is_back: bool) -> Metadata:
    """The metadata of the version after this one. `is_back`: it keeps its creation, even if it is
    deleted.
    """
    last = state.metadata if state else None
    before = last if state and (state.is_live or is_back) else None
    return Metadata(
        version=last.version + 1 if last else 1,
        created_at=before.created_at if before else now,
        # A clock that went back must not date an update before what it replaces.
        updated_at=max(now, before.updated_at) if before else now,
        key_id=key_id,
    )


def written(
    work: Work, record: Record, state: SecretState, restored_from: int | None = None
) -> list[Change]:
    """The rows of a new version of this state, and the ones that are no longer kept."""
    changed = quick_replace(
        state,
        metadata=record.metadata,
        deleted_at=None,
        changed_at=record.metadata.updated_at,
        changed_by=work.actor,
    )
    version = version_from(record, work.actor, restored_from)
    # What is restored may have had a policy that kept more, before it was destroyed.
    is_back = restored_from is not None and not state.is_live
    gone = (surplus if is_back else _outdated)(work, changed, len(record.sealed))
    return [STATES.put(changed), VERSIONS.put(version), *gone]


def surplus(work: Work, state: SecretState, more: int = 0) -> list[Change]:
    """Removes what its policy keeps no longer, besides the current one, of all rows that it has.

    `more`: characters that come to them.
    """
    last, size, changes = state.metadata.version, more, list[Change]()
    for row in version_rows(work, state.name):
        size += len(row.text)
        number = version_of(row.id)
        is_kept = last - number < state.policy.keep_versions and size <= MAX_KEPT
        if number != last and not is_kept:
            changes.append(removed(row.id))
    return changes


def version_rows(work: Work, name: str) -> Sequence[Row]:
    """Newest first."""
    return work.look.ledger.list(VERSIONS.kind, low=f"{name}/", high=f"{name}0")


def bare(state: SecretState) -> SecretState:
    """Nothing of it can be restored any more. Its number stays; if it is deleted, no note does."""
    policy = state.policy if state.is_live else DEFAULT
    return replace(state, deleted_version=None, kept_until=None, policy=policy)


def removed(id_: str) -> Delete:
    return Delete(VERSIONS.kind, id_)


def _outdated(work: Work, state: SecretState, more: int) -> list[Change]:
    """`surplus` without a look at all versions, where these fit however long they are."""
    kept, version = state.policy.keep_versions, state.metadata.version
    if kept > _ALWAYS_FIT:
        return surplus(work, state, more)
    return [removed(version_id(state.name, version - kept))] if version > kept else []
