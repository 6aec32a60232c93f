"""What a project's ledger says of its secrets; no value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from positronic.commands.paging import page
from positronic.commands.work import Work
from positronic.errors import CorruptRecord, SecretExpired
from positronic.ledger import secret_rows
from positronic.ledger.secret_rows import STATES, VERSIONS, SecretState, version_id
from positronic.names import Name
from positronic.ports import Record
from positronic.times import iso


async def listed(work: Work, cursor: str | None, limit: int) -> object:
    """[[a secret of `secret_rows.listed`, ...], cursor] in name order."""
    rows, following = page(work, STATES.kind, "live", cursor, limit)
    return [[secret_rows.listed(row) for row in rows], following]


async def exists(work: Work, name: Name) -> object:
    """True when a brain could read it now: it opens the secret, and raises what that raises."""
    states = readable(work, [name])
    for record in current(work, states):
        await work.tools.values.open(record)
    return bool(states)


def live(work: Work, names: Sequence[Name]) -> dict[Name, SecretState]:
    """Of those that are there, in the order of the names. Raises CorruptRecord."""
    states = work.look.get(STATES, names)
    return {name: states[name] for name in names if name in states and states[name].is_live}


def readable(work: Work, names: Sequence[Name]) -> dict[Name, SecretState]:
    """The same, of which none may be one that its policy refuses. Raises SecretExpired."""
    states, now = live(work, names), work.tools.clock()
    for name, state in states.items():
        if state.policy.refuses(now):
            expired = iso(state.policy.expires_at or 0)
            raise SecretExpired(f"the secret {name} expired at {expired}, and may not be read")
    return states


def current(work: Work, states: Mapping[Name, SecretState]) -> list[Record]:
    """The version that each of these states is about. Raises CorruptRecord."""
    ids = {name: version_id(name, state.metadata.version) for name, state in states.items()}
    versions = work.look.get(VERSIONS, list(ids.values()))
    found: list[Record] = []
    for name, state in states.items():
        record = versions.get(ids[name])
        if record is None or record.metadata != state.metadata:
            raise CorruptRecord(f"the record of {name} cannot be opened")
        found.append(record)
    return found
