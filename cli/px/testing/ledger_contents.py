"""What a test puts into a ledger, and reads out of it, without a command and without an event."""

from __future__ import annotations

from collections.abc import Mapping

from positronic.ledger.event_rows import EVENTS, ChainedEvent, event_row_id
from positronic.ledger.secret_rows import STATES, VERSIONS, SecretState, version_from, version_id
from positronic.names import parse_name, parse_value
from positronic.ports import Ledger, Metadata
from positronic.rows import Change
from positronic.secrets.sealer import Sealer


async def seed(ledger: Ledger, sealer: Sealer, values: Mapping[str, str], now: int) -> None:
    """Secrets at version 1."""
    changes: list[Change] = []
    for name, value in values.items():
        metadata = Metadata(1, now, now, sealer.newest)
        record = await sealer.seal(parse_name(name), parse_value(value), metadata)
        state = STATES.put(SecretState(record.name, metadata))
        changes += [state, VERSIONS.put(version_from(record))]
    ledger.commit(changes, {})


async def opened(ledger: Ledger, sealer: Sealer) -> dict[str, str]:
    """Every current value, in clear."""
    states = [STATES.read(row) for row in ledger.list(STATES.kind)]
    ids = [version_id(one.name, one.metadata.version) for one in states if one.is_live]
    records = [VERSIONS.read(row) for row in ledger.get(VERSIONS.kind, ids).values()]
    return {record.name: (await sealer.open(record)).reveal() for record in records}


def newest_event(ledger: Ledger, sequence: int | None = None) -> ChainedEvent:
    """The last one of all, or the one with this number."""
    low = None if sequence is None else event_row_id(sequence)
    return EVENTS.read(ledger.list(EVENTS.kind, limit=1, low=low)[0])
