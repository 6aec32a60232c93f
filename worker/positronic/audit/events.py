"""Who did what. An event is stored before the change it describes, or the change is not made.

`accepted` is written first. If the change then fails, a second event with the same request id says
`failed`, with the code and the names that were not written. `refused` is a known token that was not
valid. Every event is signed, so that tampering shows.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeVar

import pydantic_core

from positronic.errors import AuditUnavailable, PositronicError
from positronic.names import Project
from positronic.ports import AuditLog, Clock, Event, RandomBytes, Signature
from positronic.roles import Principal
from positronic.sealing.signing import Signer, Verdict
from positronic.times import LAST

PURPOSE: Final = "audit"

ACCEPTED: Final = "accepted"
FAILED: Final = "failed"
REFUSED: Final = "refused"
UNREADABLE: Final = "unreadable"

_LAST_MILLISECOND: Final = 2**48 - 1

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from: its id, and the client's address as the platform gives it."""

    request_id: str
    address: str | None


class Auditor:
    """Writes one request's events into one project's log."""

    def __init__(
        self,
        project: Project,
        log: AuditLog,
        signer: Signer,
        principal: Principal,
        origin: Origin,
        *,
        clock: Clock,
        random: RandomBytes,
    ) -> None:
        self._project = project
        self._log = log
        self._signer = signer
        self._actor = {"type": principal.kind, "id": principal.id, "name": principal.name}
        self._origin = origin
        self._clock = clock
        self._random = random
        self._last = 0

    async def accepted(self, action: str, names: Iterable[str]) -> None:
        """Raises AuditUnavailable, and then the change must not be made."""
        try:
            await self._append(action, names, ACCEPTED, None)
        except PositronicError:
            raise AuditUnavailable("the audit log cannot be written; nothing was done") from None

    async def failed(self, action: str, names: Iterable[str], error: PositronicError) -> None:
        """Record that an accepted change failed. Never raises: the caller's error matters more."""
        try:
            await self._append(action, names, FAILED, error.code)
        except PositronicError:
            return

    async def around(
        self, action: str, names: Iterable[str], change: Callable[[], Awaitable[T]]
    ) -> T:
        """Record, then make the change; if it fails, record that too and raise its error."""
        names = tuple(names)
        await self.accepted(action, names)
        try:
            return await change()
        except PositronicError as error:
            await self.failed(action, names, error)
            raise

    async def refused(self) -> None:
        """Record a token that was not valid. Raises what the log raises."""
        await self._append("token.use", (), REFUSED, "unauthenticated")

    async def _append(
        self, action: str, names: Iterable[str], outcome: str, code: str | None
    ) -> None:
        # One request's events keep their order even within a millisecond.
        self._last = now = max(self._clock(), self._last + 1)
        event = Event(
            id=event_id(now, self._random),
            time=now,
            actor=self._actor,
            action=action,
            names=tuple(names),
            outcome=outcome,
            request_id=self._origin.request_id,
            code=code,
            address=self._origin.address,
        )
        signature = self._signer.sign(*signed_parts(self._project, event))
        await self._log.append(replace(event, signature=signature))


def verify(signer: Signer, project: Project, event: Event) -> Verdict:
    """Whether the event is as it was written, under its own id, in this project."""
    if event.signature is None:
        return Verdict.CHANGED
    return signer.verify(event.signature, *signed_parts(project, event))


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
        project,
        event.id,
        str(event.time),
        str(len(actor)),
        *actor,
        event.action,
        str(len(event.names)),
        *event.names,
        event.outcome,
        event.request_id,
        _present(event.code),
        _present(event.address),
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
