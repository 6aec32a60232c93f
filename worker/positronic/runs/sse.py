"""Server-sent events: what a run's watcher is sent, and where one who comes back goes on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Final

from positronic.errors import InvalidRequest
from positronic.runs.event_log import EventLog
from positronic.runs.record import KeptEvent

MEDIA_TYPE: Final = "text/event-stream"
QUIET: Final = 15.0  # seconds until a sign of life, which also shows whether anybody listens
ALIVE: Final = b": alive\n\n"


async def follow(event_log: EventLog, after: int) -> AsyncIterator[bytes]:
    """Every event after a number, those to come too; ends after the run's last."""
    while True:
        # Asked first: an event that comes while others are sent is found in the next round.
        was_running = event_log.is_running
        while event := event_log.next(after):
            after = event.number
            yield encode(event)
        if not was_running:
            return
        if event_log.is_running and not await event_log.news(QUIET):
            yield ALIVE


def encode(event: KeptEvent) -> bytes:
    """JSON has no line break, so that it is one `data` line."""
    return f"id: {event.number}\ndata: {event.text}\n\n".encode()


def last_event(headers: Mapping[str, str]) -> int:
    """The number after which to go on. Raises InvalidRequest."""
    text = headers.get("last-event-id", "0")
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise InvalidRequest("`Last-Event-ID` is not the id of an event")
    return int(text)
