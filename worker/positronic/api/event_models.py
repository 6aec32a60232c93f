"""The JSON shapes of audit events."""

from __future__ import annotations

from positronic.api.models import Model
from positronic.commands.asked_events import EventsPage, ListedEvent
from positronic.http.text_formats import Digest, NewVersion, Time
from positronic.sealing.signing import Verdict
from positronic.times import iso


class AcknowledgeIn(Model):
    """The changed event, as it is listed now."""

    sequence: NewVersion
    digest: Digest


class EventOut(Model):
    id: str
    time: Time
    actor: dict[str, str]
    action: str
    names: list[str]
    outcome: str
    request_id: str
    code: str | None = None
    address: str | None = None
    details: dict[str, object] | None = None
    integrity: Verdict
    key_id: str | None = None
    sequence: int | None = None
    digest: str | None = None


class AcknowledgedOut(Model):
    """The event that root knows of. It is still `changed`."""

    sequence: int
    digest: str


class HeadOut(Model):
    """The newest event. A client that keeps it notices when the log is cut off."""

    sequence: int
    digest: str


class EventsOut(Model):
    events: list[EventOut]
    count: int
    head: HeadOut | None = None
    cursor: str | None = None


class RestartOut(Model):
    """The new audit key, the number of the first event that it signs, and the key before."""

    key_id: str
    sequence: int
    previous_key_id: str | None = None


def events_out(page: EventsPage) -> EventsOut:
    events = [_event_out(one) for one in page.items]
    head = None if page.head is None else HeadOut(sequence=page.head[0], digest=page.head[1])
    return EventsOut(events=events, count=len(events), head=head, cursor=page.cursor)


def _event_out(listed: ListedEvent) -> EventOut:
    """With its key id, unless tampering is evident without the key."""
    event, integrity = listed.event, listed.verdict
    signature = None if integrity is Verdict.CHANGED else event.signature
    return EventOut(
        id=event.id,
        time=iso(event.time),
        actor=dict(event.actor),
        action=event.action,
        names=list(event.names),
        outcome=event.outcome,
        request_id=event.request_id,
        code=event.code,
        address=event.address,
        details=dict(event.details) or None,
        integrity=integrity,
        key_id=None if signature is None else signature.key_id,
        sequence=listed.sequence,
        digest=listed.digest,
    )
