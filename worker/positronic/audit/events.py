"""Who did what. An event is committed with the change that it describes, or neither is.

`accepted`: the change was made. `refused`: a known token was not valid. Every event is signed, so
that tampering shows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final, NamedTuple

import pydantic_core

from positronic.names import Project
from positronic.ports import Event, RandomBytes, Signature
from positronic.times import LAST

ACCEPTED: Final = "accepted"
REFUSED: Final = "refused"
UNREADABLE: Final = "unreadable"

_LAST_MILLISECOND: Final = 2**48 - 1


class Origin(NamedTuple):
    """Where a request came from: its id, and the client's address as the platform gives it."""

    request_id: str
    address: str | None


def event_id(time: int, random: RandomBytes) -> str:
    """32 hexadecimal digits that sort newest first, in the order in which a KV store lists."""
    return f"{_LAST_MILLISECOND - time:012x}{random(10).hex()}"


def encode(event: Event) -> str:
    """An event as the JSON text that stores keep; its id is the key that it is stored under."""
    signature = event.signature
    return json.dumps(
        {
            "time": event.time,
            "actor": dict(event.actor),
            "action": event.action,
            "names": event.names,
            "outcome": event.outcome,
            "requestId": event.request_id,
            "code": event.code,
            "address": event.address,
            "signature": signature and {"keyId": signature.key_id, "mac": signature.mac},
        }
    )


def decode(id: str, text: str) -> Event:  # noqa: A002
    """The event, or one with the outcome `unreadable`, so that a broken entry is still listed."""
    try:
        # Not json.loads: it accepts Infinity and lone surrogates, which an answer cannot contain.
        fields = pydantic_core.from_json(text, allow_inf_nan=False)
        return Event(
            id=id,
            time=_checked_time(int(fields["time"])),
            actor={str(key): str(value) for key, value in fields["actor"].items()},
            action=str(fields["action"]),
            names=tuple(str(name) for name in fields["names"]),
            outcome=str(fields["outcome"]),
            request_id=str(fields["requestId"]),
            code=_optional(fields["code"]),
            address=_optional(fields["address"]),
            signature=_signature(fields["signature"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return Event(id, _time_of(id), {}, "", (), UNREADABLE, "")


def signed_parts(project: Project, event: Event) -> list[str]:
    """Every field, each list after its length: no two events read the same."""
    actor = [part for pair in sorted(event.actor.items()) for part in pair]
    return [
        *(project, event.id, str(event.time), str(len(actor)), *actor, event.action),
        *(str(len(event.names)), *event.names, event.outcome, event.request_id),
        *(_present(event.code), _present(event.address)),
    ]


def _present(text: str | None) -> str:
    """Distinguishes None from an empty text."""
    return "" if text is None else f"={text}"


def _optional(found: object) -> str | None:
    return None if found is None else str(found)


def _signature(found: Mapping[str, object] | None) -> Signature | None:
    return None if found is None else Signature(str(found["keyId"]), str(found["mac"]))


def _time_of(id: str) -> int:  # noqa: A002
    try:
        return _checked_time(_LAST_MILLISECOND - int(id[:12], 16))
    except ValueError:
        return 0


def _checked_time(time: int) -> int:
    if not 0 <= time <= LAST:
        raise ValueError("a time outside the range of the clock")
    return time
