"""Lists as JSON, to the byte what their models write: a model for each row would take longer."""

from __future__ import annotations

import json

from positronic.commands.asked_secrets import SecretsPage
from positronic.ports import Unreadable
from positronic.times import iso


def secrets_json(page: SecretsPage, **more: object) -> bytes:
    """A page of secrets as `models.SecretsOut` describes it; `more`: its other fields."""
    reads = page.last_reads
    rows = [
        {"name": one.id, "unreadable": True}
        if isinstance(one, Unreadable)
        else {
            "name": one.name,
            "createdAt": iso(one.created_at),
            "updatedAt": iso(one.updated_at),
            **({"lastReadAt": iso(reads[one.name])} if one.name in reads else {}),
        }
        for one in page.items
    ]
    cursor = {} if page.cursor is None else {"cursor": page.cursor}
    found = {"secrets": rows, "count": len(rows), **cursor, **more}
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()
