"""What a project's ledger says of its secrets; no value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from positronic.commands.paging import page
from positronic.commands.use_counts import last_reads, since
from positronic.commands.work import Work
from positronic.errors import CorruptRecord
from positronic.ledger.secret_rows import STATES, VERSIONS, SecretState, version_id
from positronic.ledger.use_rows import LastRead
from positronic.names import Name
from positronic.ports import Record, Unreadable


async def listed(work: Work, cursor: str | None, limit: int) -> object:
    """[[[name, version, created, updated, last read] or [name], ...], cursor] in name order."""
    rows, following = page(work, STATES.kind, "live", cursor, limit)
    reads = last_reads(work.look.ledger, [row.id for row in rows])
    return [[_item(STATES.item(row), reads.get(row.id)) for row in rows], following]


async def unused(work: Work, unused_for: int, cursor: str | None, limit: int) -> object:
    """[items of `listed`, cursor, since when reads are counted]: not read for so many seconds.

    A page may have fewer than others. What was created since then, or cannot be read, is in none.
    """
    rows, following = page(work, STATES.kind, "live", cursor, limit)
    ledger, before = work.look.ledger, work.tools.clock() - unused_for * 1000
    reads = last_reads(ledger, [row.id for row in rows])
    found: list[list[object]] = []
    for row in rows:
        state, read = STATES.item(row), reads.get(row.id)
        if isinstance(state, Unreadable) or isinstance(read, Unreadable):
            continue
        if max(state.metadata.created_at, read.at if read else 0) < before:
            found.append(_item(state, read))
    return [found, following, since(ledger)]


async def exists(work: Work, name: Name) -> object:
    """True when a brain could read it now: it opens the secret, and raises what that raises."""
    states = live(work, [name])
    for record in current(work, states):
        await work.tools.values.open(record)
    return bool(states)


def live(work: Work, names: Sequence[Name]) -> dict[Name, SecretState]:
    """Of those that are there, in the order of the names. Raises CorruptRecord."""
    states = work.look.get(STATES, names)
    return {name: states[name] for name in names if name in states and states[name].is_live}


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


def _item(state: SecretState | Unreadable, read: LastRead | Unreadable | None) -> list[object]:
    if isinstance(state, Unreadable):
        return [state.id]
    metadata = state.metadata
    last = read.at if isinstance(read, LastRead) else None
    return [state.name, metadata.version, metadata.created_at, metadata.updated_at, last]
