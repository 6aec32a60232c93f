"""A project's audit log over HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from px.api import decode, doubt
from px.api.client import Client
from px.api.decode import Fields
from px.api.errors import read
from px.api.keys import KEY_ID

VERDICTS: Final = ("intact", "changed", "unknown_key")
ACKNOWLEDGED: Final = "audit.acknowledge"  # the action of an event that names a changed one

_AT_ONCE: Final = 100  # each costs the server a read
_VERDICT = re.compile("|".join(VERDICTS))
_EVENT_ID = re.compile(r"[0-9a-f]{32}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_LAST_MILLISECOND: Final = 2**48 - 1


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """Who did what. A changed entry may hold any text: never print it to a terminal unescaped."""

    id: str
    time: str
    actor: Mapping[str, str]
    action: str
    names: tuple[str, ...]
    outcome: str
    request_id: str
    integrity: str
    code: str | None = None
    address: str | None = None
    key_id: str | None = None
    details: Mapping[str, object] = field(default_factory=dict)
    sequence: int | None = None
    digest: str | None = None

    @property
    def at(self) -> int:
        """Milliseconds since 1970, from its id: the log's order, even if `time` was changed.

        An invalid id was planted; it counts as the newest, so that it cannot end a walk.
        """
        is_ours = _EVENT_ID.fullmatch(self.id)
        return _LAST_MILLISECOND - int(self.id[:12], 16) if is_ours else _LAST_MILLISECOND

    def document(self) -> dict[str, object]:
        """As in the contract."""
        found: dict[str, object] = {
            "id": self.id,
            "time": self.time,
            "actor": dict(self.actor),
            "action": self.action,
            "names": list(self.names),
            "outcome": self.outcome,
            "requestId": self.request_id,
        }
        optional = {
            "code": self.code,
            "address": self.address,
            "details": dict(self.details) or None,
            "keyId": self.key_id,
            "sequence": self.sequence,
            "digest": self.digest,
        }
        found |= {name: text for name, text in optional.items() if text is not None}
        return found | {"integrity": self.integrity}


@dataclass(frozen=True, slots=True)
class Restart:
    """The new audit key, the first event that it signs, and the key of the event before that."""

    key_id: str
    sequence: int
    previous_key_id: str | None


class AuditLog:
    """Reading needs the role reader, everything else the root token."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def events(self, wanted: Mapping[str, str] | None = None) -> Iterator[AuditEvent]:
        """The events, newest first, fetched as they are used.

        `wanted`: the actor, action or name that they must match.
        """
        return self._client.pages("/audit", "events", _event, _AT_ONCE, wanted)

    def head(self) -> tuple[int, str] | None:
        """The number and the digest of the newest event; None: there is none."""
        answer = self._client.answer(self._client.call("GET", "/audit?limit=1"), 200)
        return read(answer, 200, _head)

    def restart(self) -> Restart:
        """Draws a new audit key. Raises Refused `conflict` where the old one is not lost."""
        return self._client.write("/audit/restart", None, _restart, doubt.RESTART, status=200)

    def acknowledge(self, sequence: int, digest: str) -> None:
        """Records that root knows of a changed event. Raises Refused `not_found`, `conflict`."""
        sent = {"sequence": sequence, "digest": digest}
        self._client.write("/audit/acknowledge", sent, _acknowledged, doubt.ACKNOWLEDGE)


def _acknowledged(found: Fields) -> None:
    decode.number(found["sequence"])
    decode.matching(_DIGEST, found["digest"])


def _restart(found: Fields) -> Restart:
    return Restart(
        decode.matching(KEY_ID, found["keyId"]),
        decode.number(found["sequence"]),
        decode.optional(lambda key: decode.matching(KEY_ID, key), found.get("previousKeyId")),
    )


def _head(found: Fields) -> tuple[int, str] | None:
    if found.get("head") is None:
        return None
    head = decode.fields(found["head"])
    return decode.number(head["sequence"]), decode.matching(_DIGEST, head["digest"])


def _event(found: Fields) -> AuditEvent:
    actor = decode.fields(found["actor"])
    return AuditEvent(
        decode.text(found["id"]),
        decode.time(found["time"]),
        {str(key): decode.text(part) for key, part in actor.items()},
        decode.text(found["action"]),
        tuple(map(decode.text, decode.sequence(found["names"]))),
        decode.text(found["outcome"]),
        decode.text(found["requestId"]),
        decode.matching(_VERDICT, found["integrity"]),
        decode.optional(decode.text, found.get("code")),
        decode.optional(decode.text, found.get("address")),
        decode.optional(lambda key: decode.matching(KEY_ID, key), found.get("keyId")),
        decode.fields(found.get("details", {})),
        decode.optional(decode.number, found.get("sequence")),
        decode.optional(lambda digest: decode.matching(_DIGEST, digest), found.get("digest")),
    )
