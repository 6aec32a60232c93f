"""What a project's ledger says of its secrets; no value."""

from __future__ import annotations

from positronic.commands.paging import page
from positronic.commands.work import Work
from positronic.errors import CorruptRecord
from positronic.ledger import secret_rows
from positronic.ledger.secret_rows import STATES, VERSIONS, version_id
from positronic.names import Name


async def listed(work: Work, cursor: str | None, limit: int) -> object:
    """[[[name, version, created, updated] or [name], ...], cursor] in name order."""
    rows, following = page(work, STATES.kind, "live", cursor, limit)
    return [[secret_rows.listed(row) for row in rows], following]


async def exists(work: Work, name: Name) -> object:
    """True when a brain could read it now: it opens the secret, and raises what that raises."""
    state = work.look.one(STATES, name)
    if state is None or state.deleted_at is not None:
        return False
    record = work.look.one(VERSIONS, version_id(name, state.metadata.version))
    if record is None or record.metadata != state.metadata:
        raise CorruptRecord(f"the record of {name} cannot be opened")
    await work.tools.values.open(record)
    return True
