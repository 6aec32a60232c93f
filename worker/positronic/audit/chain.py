"""The events of a ledger are a chain: each is signed with its number and the digest of the last.

So an event that was changed, removed from the middle, put elsewhere or planted shows.
"""

from __future__ import annotations

import hashlib
import json
from typing import Final

from positronic.audit.audit_key import EVENT, AuditKey
from positronic.audit.audit_key import verify as verify_signature
from positronic.audit.events import signed_parts
from positronic.ledger.event_rows import EVENTS, ChainedEvent, event_row_id, sequence_of
from positronic.names import Project
from positronic.ports import Event, Ledger
from positronic.quick_dataclass import quick_replace
from positronic.rows import Put, Row
from positronic.sealing.signing import Verdict

MAX_EVENTS: Final = 10**12
START: Final = "0" * 64  # what the first event has for the digest of the one before

_json: Final = json.JSONEncoder(sort_keys=True).encode  # what was signed is in no other spelling


def digest(row: Row | Put) -> str:
    """SHA-256 of an event's row as it is kept, so that one that cannot be read has one too."""
    return hashlib.sha256(row.text.encode()).hexdigest()


def newest(ledger: Ledger) -> Row | None:
    """The last event's row, whatever else stands among the events."""
    first, end = event_row_id(MAX_EVENTS), event_row_id(0)
    return next(iter(ledger.list(EVENTS.kind, limit=1, low=first, high=end)), None)


def append(
    last: Row | Put | None,
    key: AuditKey,
    project: Project,
    event: Event,
    command: str = "",
    result: object = None,
) -> Put:
    """The row of the next event after the last one; the commit expects that it is absent."""
    sequence = sequence_of(last.id) + 1 if last else 1
    chained = ChainedEvent(event, sequence, digest(last) if last else START, command, result)
    signed = quick_replace(event, signature=key.sign(EVENT, *_parts(project, chained)))
    return EVENTS.put(quick_replace(chained, event=signed))


def verify(key: AuditKey | None, project: Project, chained: ChainedEvent) -> Verdict:
    """Whether the event is as it was written, in its place."""
    if chained.event.signature is None:
        return Verdict.CHANGED
    return verify_signature(key, chained.event.signature, EVENT, *_parts(project, chained))


def _parts(project: Project, chained: ChainedEvent) -> list[str]:
    """Everything that the row says. The digest, for a signed part has at most 65,535 bytes."""
    more = _json([chained.command, chained.result, chained.event.details])
    parts = signed_parts(project, chained.event)
    digest_of_more = hashlib.sha256(more.encode()).hexdigest()
    return [*parts, str(chained.sequence), chained.previous, digest_of_more]
