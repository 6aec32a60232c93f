"""Policies of a project's secrets over HTTP, and what is due."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from positronic.names import Name
from px.api import decode, doubt
from px.api.client import Client
from px.api.decode import Fields

_WHY = re.compile(r"expires|rotate")


class Keep(NamedTuple):
    """How many versions of a name are kept, and for how many days a deleted secret is."""

    versions: int
    days: int


@dataclass(frozen=True, slots=True)
class SecretPolicy:
    """`due`: what is to be done first, and `why`: `expires` or `rotate`.

    `is_unreadable`: a corrupt entry, whose name may be any text; nothing else is known about it.
    """

    name: str
    version: int = 0
    note: str | None = None
    expires_at: str | None = None
    rotate_every: int | None = None
    enforce: bool = False
    keep: Keep | None = None
    due: str | None = None
    why: str | None = None
    is_unreadable: bool = False

    def is_overdue(self, now: datetime) -> bool:
        return self.due is not None and datetime.fromisoformat(self.due) <= now

    def has_expired(self, now: datetime) -> bool:
        return self.expires_at is not None and datetime.fromisoformat(self.expires_at) <= now

    def document(self) -> dict[str, object]:
        """As in the contract."""
        if self.is_unreadable:
            return {"name": self.name, "unreadable": True}
        found: dict[str, object] = {
            "name": self.name,
            "version": self.version,
            "enforce": self.enforce,
        }
        optional = {
            "keep": self.keep and self.keep._asdict(),
            "note": self.note,
            "expiresAt": self.expires_at,
            "rotateEvery": self.rotate_every,
            "due": self.due,
            "why": self.why,
        }
        return found | {key: told for key, told in optional.items() if told is not None}


class Policies:
    """Calls are idempotent and retried."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def change(self, name: Name, fields: Mapping[str, object]) -> SecretPolicy:
        """Sets these fields, as the contract names them; None takes one away."""
        return self._client.write(
            f"/secrets/{name}", fields, _policy, doubt.POLICY, status=200, method="PATCH"
        )

    def of(self, name: Name) -> SecretPolicy:
        """Raises Refused `not_found`."""
        return self._client.get(f"/secrets/{name}/policy", _policy)

    def due(self, within: int) -> Iterator[SecretPolicy]:
        """Soonest first: what is due within this number of seconds, or was due before."""
        return self._client.pages("/due", "due", _listed, query={"within": str(within)})


def _listed(found: Fields) -> SecretPolicy:
    if not decode.is_unreadable(found):
        return _policy(found)
    return SecretPolicy(decode.text(found["name"]), is_unreadable=True)


def _policy(found: Fields) -> SecretPolicy:
    keep, every = decode.fields(found["keep"]), found.get("rotateEvery")
    return SecretPolicy(
        decode.name(found["name"]),
        decode.number(found["version"]),
        decode.optional(decode.text, found.get("note")),
        decode.optional(decode.time, found.get("expiresAt")),
        None if every is None else decode.number(every),
        decode.truth(found["enforce"]),
        Keep(decode.number(keep["versions"]), decode.number(keep["days"])),
        decode.optional(decode.time, found.get("due")),
        decode.optional(lambda why: decode.matching(_WHY, why), found.get("why")),
    )
