"""The history of a secret: which versions it has, and who wrote them; no value."""

from __future__ import annotations

from positronic.commands import secret_lists
from positronic.commands.new_versions import version_rows
from positronic.commands.paging import by_time
from positronic.commands.work import Work
from positronic.errors import NotFound
from positronic.ledger.secret_rows import STATES, VERSIONS, SecretState, version_id, version_of
from positronic.names import Name
from positronic.ports import Unreadable
from positronic.rows import Row
from positronic.times import iso

CURRENT, PREVIOUS, DELETED, DESTROYED = "current", "previous", "deleted", "destroyed"


async def history(work: Work, name: Name) -> object:
    """[[[version, state, created, by, restored from] or [version], ...], kept until], newest first.

    `kept until`: when what was deleted of it is removed. Raises NotFound.
    """
    state, now = work.look.one(STATES, name), work.tools.clock()
    rows = version_rows(work, name) if state else []
    kept = [row for row in rows if state and state.keeps(version_of(row.id), now)]
    if state is None or not kept:
        raise NotFound(f"there is no secret {name}")
    return [[_version(state, row) for row in kept], state.kept_until]


async def deleted(work: Work, cursor: str | None, limit: int) -> str:
    """JSON, as `secret_lists` makes it: what can be restored.

    Those that are removed first come first; a page may be short, and not the last. Raises
    InvalidRequest for a cursor from elsewhere.
    """
    now = work.tools.clock()
    rows, following = by_time(work, STATES.kind, "deleted", cursor, limit)
    items = [STATES.item(row) for row in rows]
    found = [one for one in items if not isinstance(one, Unreadable) and _is_back(work, one, now)]
    return secret_lists.as_json([_deleted(one) for one in found], following)


def _is_back(work: Work, state: SecretState, now: int) -> bool:
    """Whether `restore` would work."""
    number = state.deleted_version
    if state.is_live or number is None or not state.keeps(number, now):
        return False
    id_ = version_id(state.name, number)
    row = work.look.ledger.get(VERSIONS.kind, [id_]).get(id_)
    found = VERSIONS.item(row) if row else None
    return found is not None and not (isinstance(found, Unreadable) or found.is_destroyed)


def _deleted(state: SecretState) -> str:
    shown = {
        "name": state.name,
        "version": state.metadata.version,
        "createdAt": iso(state.metadata.created_at),
        "updatedAt": iso(state.updated_at),
        "sealedAt": iso(state.metadata.updated_at),
        "updatedBy": state.changed_by,
        "note": state.policy.note,
        "deletedAt": state.deleted_at and iso(state.deleted_at),
        "keptUntil": state.kept_until and iso(state.kept_until),
    }
    given = {key: found for key, found in shown.items() if found is not None}
    return secret_lists.one_as_json(given)


def _version(state: SecretState, row: Row) -> list[object]:
    found, number = VERSIONS.item(row), version_of(row.id)
    if isinstance(found, Unreadable):
        return [number]
    if found.is_destroyed:
        standing = DESTROYED
    elif state.is_live and number == state.metadata.version:
        standing = CURRENT
    else:
        standing = DELETED if number == state.deleted_version else PREVIOUS
    return [number, standing, found.metadata.updated_at, found.by, found.restored_from]
