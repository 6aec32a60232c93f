"""A project's audit log over HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from px.api import decode
from px.api.client import Client
from px.api.decode import Fields
from px.api.keys import KEY_ID

VERDICTS: Final = ("intact", "changed", "unknown_key")

_AT_ONCE: Final = 100  # each costs the server a read
_VERDICT = re.compile("|".join(VERDICTS))
_EVENT_ID = re.compile(r"[0-9a-f]{32}")
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
        optional = {"code": self.code, "address": self.address, "keyId": self.key_id}
        found |= {name: text for name, text in optional.items() if text is not None}
        return found | {"integrity": self.integrity}


class AuditLog:
    """The calls that need the role admin."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def events(self) -> Iterator[AuditEvent]:
        """The events, newest first, fetched as they are used."""
        return self._client.pages("/audit", "events", _event, _AT_ONCE)


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
    )
