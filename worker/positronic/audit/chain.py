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
from positronic.ledger.event_rows import EVENTS, ChainedEvent, sequence_of
from positronic.names import Project
from positronic.ports import Event
from positronic.quick_dataclass import quick_replace
from positronic.rows import Put, Row
from positronic.sealing.signing import Verdict

START: Final = "0" * 64  # what the first event has for the digest of the one before

_json: Final = json.JSONEncoder(sort_keys=True).encode  # what was signed is in no other spelling


def digest(row: Row | Put) -> str:
    """SHA-256 of an event's row as it is kept, so that one that cannot be read has one too."""
    return hashlib.sha256(row.text.encode()).hexdigest()


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
    previous = digest(last) if last else START
    parts = _parts(project, ChainedEvent(event, sequence, previous, command, result))
    signed = quick_replace(event, signature=key.sign(EVENT, *parts))
    return EVENTS.put(ChainedEvent(signed, sequence, previous, command, result))


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
