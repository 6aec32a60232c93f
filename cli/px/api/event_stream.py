"""Reads a run's events from an open connection (server-sent events, by httpx-sse)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, cast

from px.api.brain_events import RunEvent, parse_event
from px.api.errors import stranger
from px.http.result import Answer, Lost

if TYPE_CHECKING:
    from httpx import Headers, Response

MAX_EVENT: Final = 8 * 1024 * 1024  # characters; a run's state is bounded by the server


def read_events(answer: Answer, response: Response, run_id: str) -> Iterator[RunEvent]:
    """Each event as it arrives, until the server ends the stream.

    Raises what reading the response raises, and ServerFailed for an invalid event.
    """
    from httpx_sse import EventSource, SSEError  # imports httpx, so only once there is a response

    text = _Bounded(response)
    source = EventSource(cast("Response", text))
    try:
        for found in source.iter_sse():
            text.size = 0
            if found.data:  # without data it is a keep-alive
                yield parse_event(found.id, found.data, run_id)
    except (SSEError, ValueError, KeyError, TypeError, RecursionError):
        raise stranger(answer) from None


class _Bounded:
    """The part of a response that EventSource reads, with only complete events."""

    def __init__(self, response: Response) -> None:
        response.encoding = "utf-8"  # always UTF-8, whatever the header says (WHATWG HTML, 9.2.5)
        self._response = response
        self.size = 0

    @property
    def headers(self) -> Headers:
        return self._response.headers

    def iter_text(self) -> Iterator[str]:
        for text in self._response.iter_text():
            self.size += len(text)
            if self.size > MAX_EVENT:
                raise Lost("an event is too long", sent=True, final=True)
            yield text
