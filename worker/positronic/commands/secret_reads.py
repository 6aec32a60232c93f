"""What a project's ledger says of its secrets; no value."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from positronic.commands import secret_lists
from positronic.commands.paging import page
from positronic.commands.use_counts import last_reads, since
from positronic.commands.work import Work
from positronic.errors import CorruptRecord, SecretExpired
from positronic.ledger.secret_rows import STATES, VERSIONS, SecretState, version_id
from positronic.names import Name
from positronic.ports import Record, Unreadable
from positronic.rows import Row
from positronic.secrets.sealer import ReadDenied
from positronic.times import iso


async def listed(work: Work, cursor: str | None, limit: int) -> str:
    """JSON, as `secret_lists` makes it, in name order."""
    rows, following = page(work, STATES.kind, cursor, limit, "live")
    reads = last_reads(work.look.ledger, rows)
    return secret_lists.as_json(secret_lists.listed(rows, reads), following)


async def unused(work: Work, unused_for: int, cursor: str | None, limit: int) -> str:
    """The same of what was not read for this number of seconds, and whether all reads since then
    were counted.

    A page may have fewer than others. What was created since then, or cannot be read, is in none.
    """
    rows, following = page(work, STATES.kind, cursor, limit, "live")
    ledger, before = work.look.ledger, work.tools.clock() - unused_for * 1000
    reads, start = last_reads(ledger, rows), since(ledger)
    found = [row for row in rows if _is_older(row, reads, before)]
    counted = {} if start is None else {"countedSince": iso(start)}
    complete = start is not None and start <= before
    items = secret_lists.listed(found, reads)
    return secret_lists.as_json(items, following, **counted, complete=complete)


def _is_older(row: Row, reads: Mapping[str, int | None], before: int) -> bool:
    state, read = STATES.item(row), reads.get(row.id, 0)
    if isinstance(state, Unreadable) or read is None:
        return False
    return max(state.metadata.created_at, read) < before


async def exists(work: Work, name: Name) -> bool | None:
    """What `opens` answers; None: it is stored, and who has its value does not let us read it."""
    try:
        return await opens(work, name)
    except ReadDenied:
        return None


async def opens(work: Work, name: Name) -> bool:
    """True when a brain could read it now, false without one. Raises what opening it raises."""
    states = readable(work, [name])
    for record in current(work, states):
        await work.tools.values.open(record)
    return bool(states)


def there(work: Work, names: Collection[Name]) -> frozenset[Name]:
    """Those of which there is a secret now, also one whose state cannot be read."""
    rows, key = work.look.ledger.get(STATES.kind, names), STATES.kind.indexes.index("live")
    return frozenset(name for name in names if name in rows and rows[name].keys[key] is not None)


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
