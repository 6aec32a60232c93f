"""What px shows of an event of Cloudflare's tail: a list of fields, and nothing of the request.

https://developers.cloudflare.com/workers/runtime-apis/handlers/tail/#tailitems
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from px.logs.entry import LogEntry, make_entry

Fields = Mapping[str, object]

# What ended a call without an exception that could be shown.
_OUTCOMES: Final = {
    "exceededCpu": "a call was stopped: it exceeded the limit of CPU time",
    "exceededMemory": "a call was stopped: it exceeded the limit of memory",
    "exceededWallTime": "a call was stopped: it exceeded the limit of time",
}
# Cloudflare's own words about the tail itself.
_OVERLOAD: Final = {
    "overload": "Cloudflare leaves out events: there are too many",
    "overload-stop": "Cloudflare shows all events again",
}


def read_event(event: Fields, hidden: Sequence[str] = ()) -> list[LogEntry]:
    """The lines of one event, in order; none where it has none."""
    moment = event.get("eventTimestamp")
    found = [*_printed(event, hidden), *_exceptions(event, hidden)]
    found.sort(key=lambda entry: entry.time)
    for sentence in _sentences(event):
        found.append(make_entry(moment, "warn", sentence))
    return found


def _printed(event: Fields, hidden: Sequence[str]) -> Iterator[LogEntry]:
    for one in _rows(event, "logs"):
        message = one.get("message")
        words = message if isinstance(message, list) else [message]
        text = " ".join(word if isinstance(word, str) else json.dumps(word) for word in words)
        yield make_entry(one.get("timestamp"), one.get("level"), text, hidden)


def _exceptions(event: Fields, hidden: Sequence[str]) -> Iterator[LogEntry]:
    """Without their stacks, which repeat the message."""
    for one in _rows(event, "exceptions"):
        name, message = one.get("name"), one.get("message")
        text = message if isinstance(message, str) else ""
        named = name if isinstance(name, str) and name else "Error"
        yield make_entry(one.get("timestamp"), "error", text, hidden, named)


def _sentences(event: Fields) -> Iterator[str]:
    """px's own words for an outcome and for a tail that has too much to tell."""
    inner = event.get("event")
    kind = inner.get("type") if isinstance(inner, dict) and "message" in inner else None
    for word, known in ((event.get("outcome"), _OUTCOMES), (kind, _OVERLOAD)):
        if isinstance(word, str) and word in known:
            yield known[word]


def _rows(event: Fields, name: str) -> Iterator[Fields]:
    found = event.get(name)
    for one in found if isinstance(found, list) else ():
        if isinstance(one, dict):
            yield one
