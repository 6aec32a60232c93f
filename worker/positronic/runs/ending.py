"""The last event of a run that its brain did not end."""

from __future__ import annotations

import json
from typing import Final

from positronic.errors import PositronicError
from positronic.run_statuses import BROKEN_OFF, COMPLETE, ERROR, INTERRUPTED, TIMEOUT
from positronic.runs.event_log import Event, EventLog

COMPLETED: Final = "brain:complete"
FAILED: Final = "brain:error"

# A run ends with its outermost brain; inner brains start and end too.
DEPTH: Final = {"brain:start": 1, COMPLETED: -1, FAILED: -1}

_TYPES: Final = {status: kind for kind, status in BROKEN_OFF.items()}


def broken_off(event_log: EventLog) -> Event:
    """It was stopped, or else its process ended."""
    status = event_log.record.stopping or INTERRUPTED
    event = _event(_TYPES[status], status, event_log)
    if status != TIMEOUT:
        return event
    seconds = event_log.record.time_limit
    message = f"the run reached its time limit of {seconds} second{'' if seconds == 1 else 's'}"
    return event | {"error": {"name": "TimeLimit", "message": message, "code": "time_limit"}}


def failed(event_log: EventLog, error: Exception) -> Event:
    """The host stopped it. The message is ours and contains no value."""
    said = {"name": type(error).__name__, "message": str(error)}
    if isinstance(error, PositronicError):
        said["code"] = error.code
    return _event(FAILED, ERROR, event_log) | {"error": said}


def status(last: Event) -> str:
    return {COMPLETED: COMPLETE, **BROKEN_OFF}.get(last["type"], ERROR)


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
