"""Lists as JSON, to the byte what their models write: a model for each row would take longer."""

from __future__ import annotations

from typing import Final

import pydantic_core

from positronic.commands.asked_secrets import ListedSecret, SecretsPage
from positronic.ports import Unreadable
from positronic.times import iso

_TIMES: Final = frozenset({"lastReadAt", "expiresAt", "deletedAt", "keptUntil"})
# As `models.SecretOut` has them.
_MORE: Final = (
    *("updatedBy", "lastReadAt", "expiresAt", "rotateEvery", "enforce"),
    *("due", "note", "deletedAt", "keptUntil", "restoredFrom"),
)


def secrets_json(page: SecretsPage, **more: object) -> bytes:
    """A page of secrets as `models.SecretsOut` describes it; `more`: its other fields."""
    reads = page.last_reads
    rows = [
        {"name": one.id, "unreadable": True}
        if isinstance(one, Unreadable)
        else secret(one, reads.get(one.name))
        for one in page.items
    ]
    cursor = {} if page.cursor is None else {"cursor": page.cursor}
    found = {"secrets": rows, "count": len(rows), **cursor, **more}
    return pydantic_core.to_json(found)


def secret(one: ListedSecret, last_read: int | None = None) -> dict[str, object]:
    """As `models.SecretOut` describes it."""
    sealed, more = iso(one.updated_at), one.more
    found: dict[str, object] = {
        "name": one.name,
        "version": one.version,
        "createdAt": sealed if one.created_at == one.updated_at else iso(one.created_at),
        "updatedAt": sealed if one.changed_at == one.updated_at else iso(one.changed_at),
        "sealedAt": sealed,
    }
    if "changedBy" in more:
        found["updatedBy"] = more["changedBy"]
    if last_read is not None:
        found["lastReadAt"] = iso(last_read)
    if len(more) > ("changedBy" in more):
        found |= {key: _shown(key, more[key]) for key in _MORE if key in more}
    return found


def _shown(key: str, found: object) -> object:
    if key == "due" and isinstance(found, list | tuple):
        return iso(found[0])
    return iso(found) if key in _TIMES and isinstance(found, int) else found
