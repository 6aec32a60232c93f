"""An event's row: its place in the chain, and the result of the command that it records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from positronic.ledger.codec import Codec
from positronic.ledger.fields import DIGEST, Fields
from positronic.ports import Event, Signature
from positronic.quick_dataclass import quick_dataclass
from positronic.rows import MAX_NUMBER, Kind


@quick_dataclass(frozen=True, slots=True)
class ChainedEvent:
    """`sequence` counts from 1 without a gap; `previous`: the digest of the event before.

    `command`: the id of the command that it records, and `result`: what that was answered, for when
    it is sent again.
    """

    event: Event
    sequence: int
    previous: str
    command: str = ""
    result: object = None


def event_row_id(sequence: int) -> str:
    """Ascending ids are newest first."""
    return f"{MAX_NUMBER - sequence:016d}"


def sequence_of(row_id: str) -> int:
    """The number in an `event_row_id`. Raises ValueError."""
    return MAX_NUMBER - int(row_id)


def _encode(chained: ChainedEvent) -> Mapping[str, object]:
    event = chained.event
    signature = event.signature
    return {
        "id": event.id,
        "time": event.time,
        "actor": dict(event.actor),
        "action": event.action,
        "names": event.names,
        "outcome": event.outcome,
        "requestId": event.request_id,
        "code": event.code,
        "address": event.address,
        "details": dict(event.details),
        "keyId": signature and signature.key_id,
        "mac": signature and signature.mac,
        "previous": chained.previous,
        "command": chained.command,
        "result": chained.result,
    }


def _decode(id_: str, fields: Fields) -> ChainedEvent:
    event = Event(
        id=fields.text("id"),
        time=fields.time("time"),
        actor=fields.pairs("actor"),
        action=fields.text("action"),
        names=fields.texts("names"),
        outcome=fields.text("outcome"),
        request_id=fields.text("requestId"),
        code=fields.optional_text("code"),
        address=fields.optional_text("address"),
        signature=Signature(fields.text("keyId"), fields.text("mac")),
        details=fields.mapping("details"),
    )
    previous = fields.matched("previous", DIGEST)
    result = fields.anything("result")
    return ChainedEvent(event, sequence_of(id_), previous, fields.text("command"), result)


EVENTS: Final[Codec[ChainedEvent]] = Codec(
    Kind("event", ("command", "time"), is_log=True),
    lambda chained: event_row_id(chained.sequence),
    _encode,
    _decode,
    lambda chained: (chained.command or None, chained.event.time),
)
