"""One connection, with the limits that uvicorn leaves to a proxy: time, and how many there are.

A caller without a token can only take time and connections. So what it is waited for has an end:
a request's head, the rest of a body that was answered early, and the answer being taken. The body
itself has the core's own limit. When all connections are taken, the one that has idled longest
makes room for a new one, or else the one whose body is waited for longest.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

MOST: Final = 512  # connections at once
HEAD_SECONDS: Final = 15.0  # idle, and for a whole head
ANSWER_SECONDS: Final = 30.0  # without taking anything of the answer


@dataclass(slots=True)
class Connections:
    """Those of one server. `idle`: without a request under way, the longest idle first; `sending`:
    those whose body is not there yet, the same.
    """

    most: int = MOST
    head_seconds: float = HEAD_SECONDS
    answer_seconds: float = ANSWER_SECONDS
    open: set[asyncio.Protocol] = field(default_factory=set)
    idle: dict[LimitedConnection, None] = field(default_factory=dict)
    sending: dict[LimitedConnection, None] = field(default_factory=dict)

    def make_room(self) -> bool:
        """Whether there is room for one more; may end an idle one, or one that sends slowly."""
        if len(self.open) < self.most:
            return True
        oldest = next(iter((*self.idle, *self.sending)), None)
        if oldest is None:
            return False
        oldest.abandon()
        return True


class LimitedConnection(H11Protocol):
    """uvicorn's own protocol, which tells when a request begins and ends."""

    def __init__(self, *arguments: Any, limits: Connections, **more: Any) -> None:  # noqa: ANN401
        super().__init__(*arguments, **more)
        self._limits = limits
        self._waiting: asyncio.TimerHandle | None = None
        self._writing: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]
        if not self._limits.make_room():
            self.abandon()
            return
        self._limits.open.add(self)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        super().handle_events()
        if self._is_busy():
            self._stop_waiting()
        if self._is_busy() and self.conn.their_state is h11.SEND_BODY:
            self._limits.sending.setdefault(self)
        else:
            self._limits.sending.pop(self, None)

    def on_response_complete(self) -> None:
        self._wait()  # before a request that came along is looked at
        super().on_response_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._writing = self.loop.call_later(self._limits.answer_seconds, self.abandon)

    def resume_writing(self) -> None:
        _cancel(self._writing)
        super().resume_writing()

    def abandon(self) -> None:
        """Ends it at once, also with an answer that nobody takes."""
        self._forget()
        self.transport.abort()

    def _is_busy(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _wait(self) -> None:
        """For a whole head, also while the rest of a body that was answered is read."""
        self._stop_waiting()
        self._limits.idle[self] = None
        self._waiting = self.loop.call_later(self._limits.head_seconds, self.abandon)

    def _stop_waiting(self) -> None:
        self._limits.idle.pop(self, None)
        _cancel(self._waiting)

    def _forget(self) -> None:
        self._stop_waiting()
        _cancel(self._writing)
        self._limits.sending.pop(self, None)
        self._limits.open.discard(self)


def _cancel(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
