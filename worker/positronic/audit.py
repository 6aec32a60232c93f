"""Who did what. An event is stored before the change it speaks of, or the change is not made.

`accepted` is written first. Should the change then fail, a second event with the same request id
says `failed`, with the code and the names that were not written.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

import pydantic_core

from positronic.access import Principal
from positronic.errors import AuditUnavailable, PositronicError
from positronic.ports import AuditLog, Clock, Event, RandomBytes
from positronic.times import LAST

ACCEPTED: Final = "accepted"
FAILED: Final = "failed"
UNREADABLE: Final = "unreadable"

_LAST_MILLISECOND: Final = 2**48 - 1


class Auditor:
    """Writes one request's events."""

    def __init__(
        self,
        log: AuditLog,
        principal: Principal,
        request_id: str,
        *,
        clock: Clock,
        random: RandomBytes,
    ) -> None:
        self._log = log
        self._actor = {"type": "token", "id": principal.id, "name": principal.name}
        self._request_id = request_id
        self._clock = clock
        self._random = random

    async def accepted(self, action: str, names: Iterable[str]) -> None:
        """Raises AuditUnavailable, and then the change must not be made."""
        try:
            await self._log.append(self._event(action, names, ACCEPTED, None))
        except PositronicError:
            raise AuditUnavailable("the audit log cannot be written; nothing was done") from None

    async def failed(self, action: str, names: Iterable[str], error: PositronicError) -> None:
        """Note that an accepted change failed. The caller's error stands, whatever happens here."""
        try:
            await self._log.append(self._event(action, names, FAILED, error.code))
        except PositronicError:
            return

    def _event(self, action: str, names: Iterable[str], outcome: str, code: str | None) -> Event:
        now = self._clock()
        return Event(
            id=event_id(now, self._random),
            time=now,
            actor=self._actor,
            action=action,
            names=tuple(names),
            outcome=outcome,
            request_id=self._request_id,
            code=code,
        )


def event_id(time: int, random: RandomBytes) -> str:
    """32 hexadecimal digits whose ascending order is newest first: a key-value store lists so."""
    return f"{_LAST_MILLISECOND - time:012x}{random(10).hex()}"


def encode(event: Event) -> str:
    """An event as the JSON text that stores keep; its id is the key it stands under."""
    return json.dumps(
        {
            "time": event.time,
            "actor": dict(event.actor),
            "action": event.action,
            "names": event.names,
            "outcome": event.outcome,
            "requestId": event.request_id,
            "code": event.code,
        }
    )


def decode(id: str, text: str) -> Event:  # noqa: A002
    """The event, or one with the outcome `unreadable`: a broken entry neither hides nor stops."""
    try:
        # Not json.loads: it takes Infinity and lone surrogates, which no answer can carry.
        fields = pydantic_core.from_json(text, allow_inf_nan=False)
        return Event(
            id=id,
            time=_checked_time(int(fields["time"])),
            actor={str(key): str(value) for key, value in fields["actor"].items()},
            action=str(fields["action"]),
            names=tuple(str(name) for name in fields["names"]),
            outcome=str(fields["outcome"]),
            request_id=str(fields["requestId"]),
            code=None if fields["code"] is None else str(fields["code"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return Event(id, _time_of(id), {}, "", (), UNREADABLE, "")


def _time_of(id: str) -> int:  # noqa: A002
    try:
        return _checked_time(_LAST_MILLISECOND - int(id[:12], 16))
    except ValueError:
        return 0


def _checked_time(time: int) -> int:
    if not 0 <= time <= LAST:
        raise ValueError("a time that no clock gives")
    return time
