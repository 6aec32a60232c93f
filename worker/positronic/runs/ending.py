"""The last event of a run that its brain did not end."""

from __future__ import annotations

import json
from typing import Final

from positronic.errors import PositronicError
from positronic.runs.event_log import Event, EventLog
from positronic.runs.record import COMPLETE, ERROR, INTERRUPTED

COMPLETED: Final = "brain:complete"
FAILED: Final = "brain:error"
BROKEN_OFF: Final = "brain:interrupted"

# A run ends with its outermost brain; inner brains start and end too.
DEPTH: Final = {"brain:start": 1, COMPLETED: -1, FAILED: -1}


def interrupted(event_log: EventLog) -> Event:
    return _event(BROKEN_OFF, INTERRUPTED, event_log)


def failed(event_log: EventLog, error: Exception) -> Event:
    """The host stopped it. The message is ours and contains no value."""
    said = {"name": type(error).__name__, "message": str(error)}
    if isinstance(error, PositronicError):
        said["code"] = error.code
    return _event(FAILED, ERROR, event_log) | {"error": said}


def status(last: Event) -> str:
    return {COMPLETED: COMPLETE, BROKEN_OFF: INTERRUPTED}.get(last["type"], ERROR)


def error(last: Event) -> dict[str, str] | None:
    """The error in the last event, without its stack."""
    found = last.get("error")
    if found is None:
        return None
    return {
        key: str(found[key])
        for key in ("name", "message", "code", "where", "source")
        if key in found
    }


def _event(kind: str, status: str, event_log: EventLog) -> dict[str, object]:
    first = next(event_log.events(0), None)
    return {
        "type": kind,
        "options": json.loads(first.text)["options"] if first else {},
        "brainRunId": event_log.record.id,
        "brainTitle": event_log.record.title,
        "status": status,
    }
