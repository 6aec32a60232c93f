"""The first layout's events: JSON that was signed one by one, without a chain.

Their form is fixed: it is read here however today's events are written.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import pydantic_core

from positronic.names import Project
from positronic.ports import Event, Signature
from positronic.sealing.signing import Signer, Verdict
from positronic.times import LAST

PURPOSE: Final = "audit"
UNREADABLE: Final = "unreadable"
VERDICT: Final = "adopted"  # the detail that says what the event was found to be
MAX_TEXT: Final = 200_000  # characters, also as ASCII; a bulk's event has under 100,000

_LAST_MILLISECOND: Final = 2**48 - 1
_MAX_PART: Final = 65_535  # bytes that a signature covers in one part


def verdict_of(event: Event) -> Verdict:
    """What an event that the chain took over was found to be; intact for every other event."""
    return Verdict(str(event.details.get(VERDICT, Verdict.INTACT)))


def turn_of(id_: str) -> str:
    """Where an event comes among the others: the oldest first, as its id says."""
    return f"{_time_of(id_):016d}"


def read(signer: Signer, project: Project, id_: str, text: str, now: int) -> Event:
    """The event with its verdict. One that is not as it was signed is not dated after now."""
    event = _decode(id_, text)
    if event is None:
        nothing = Event(id_, min(_time_of(id_), now), {}, "", (), UNREADABLE, "")
        return _with(nothing, Verdict.CHANGED)
    verdict = Verdict.CHANGED
    if event.signature is not None:
        verdict = signer.verify(event.signature, *_signed_parts(project, event))
    if verdict is Verdict.INTACT:
        return _with(event, verdict)
    return _with(replace(event, time=min(event.time, now)), verdict)


def _with(event: Event, verdict: Verdict) -> Event:
    return replace(event, details={VERDICT: verdict.value})


def _decode(id_: str, text: str) -> Event | None:
    if len(text) > MAX_TEXT or len(json.dumps(text)) > MAX_TEXT:
        return None
    try:
        # Not json.loads: it accepts Infinity and lone surrogates, which an answer cannot contain.
        fields = pydantic_core.from_json(text, allow_inf_nan=False)
        event = Event(
            id=id_,
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
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return None
    parts = _signed_parts(Project(""), event)
    return event if all(len(part.encode()) <= _MAX_PART for part in parts) else None


def _signed_parts(project: Project, event: Event) -> list[str]:
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


def _time_of(id_: str) -> int:
    """From 1."""
    try:
        return max(1, _checked_time(_LAST_MILLISECOND - int(id_[:12], 16)))
    except ValueError:
        return 1


def _checked_time(time: int) -> int:
    if not 0 < time <= LAST:
        raise ValueError("a time outside the range of the clock")
    return time
