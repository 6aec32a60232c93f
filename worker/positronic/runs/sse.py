"""Server-sent events of a run, and where a returning watcher resumes."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import Final

from positronic.errors import InvalidRequest
from positronic.runs.event_log import EventLog
from positronic.runs.record import KeptEvent

MEDIA_TYPE: Final = "text/event-stream"
QUIET: Final = 15.0  # seconds until a comment, which also shows whether anybody listens
ALIVE: Final = b": alive\n\n"


async def follow(event_log: EventLog, after: int) -> AsyncGenerator[bytes, None]:
    """Every event after a number, past and future; ends after the run's last."""
    while True:
        # Checked first: an event that comes while others are sent is found in the next round.
        was_running = event_log.is_running
        while event := event_log.next(after):
            after = event.number
            yield encode(event)
        if not was_running:
            return
        if event_log.is_running and not await event_log.news(QUIET):
            yield ALIVE


def encode(event: KeptEvent) -> bytes:
    """One `data` line, because the JSON has no line break."""
    return f"id: {event.number}\ndata: {event.text}\n\n".encode()


def last_event(headers: Mapping[str, str]) -> int:
    """The number of the last event received. Raises InvalidRequest."""
    text = headers.get("last-event-id", "0")
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise InvalidRequest("`Last-Event-ID` is not the id of an event")
    return int(text)
