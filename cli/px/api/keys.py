"""A project's use of master keys over HTTP, and the rotation of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from px.api import decode, doubt
from px.api.client import Client
from px.api.decode import Fields, items, matching, next_cursor, number, optional, truth
from px.errors import Detail

KEY_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,32}")


@dataclass(frozen=True, slots=True)
class KeyUse:
    """How much one master key seals; `held`: the Worker has the key and can open all that.

    `copies`: secrets whose copy in KV is under it.
    """

    id: str
    secrets: int
    tokens: int
    audit_keys: int
    copies: int
    held: bool

    @property
    def records(self) -> int:
        """What a rotation re-seals; copies follow by themselves."""
        return self.secrets + self.tokens + self.audit_keys


@dataclass(frozen=True, slots=True)
class KeyUses:
    """One project's keys. `pending`: a rotation added a key and has not finished.

    `at_provider`: how many values a provider keeps, which are under none of them.
    """

    uses: tuple[KeyUse, ...]
    newest: str
    pending: bool
    at_provider: int | None


@dataclass(frozen=True, slots=True)
class RotationStep:
    """What one call of POST /keys/rotate did; `remaining` includes `failed`.

    `newest`: the key under which everything comes, also where the records are. `cursor`: where the
    next step begins; None: this one came to the end.
    """

    resealed: int
    remaining: int
    newest: str
    failed: tuple[Detail, ...]
    cursor: str | None


class Keys:
    """The calls that need the role admin."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def uses(self) -> KeyUses:
        return self._client.get("/keys", _uses)

    def rotate(self, cursor: str | None = None) -> RotationStep:
        """Re-seals some records under the newest key, from where the last step stopped."""
        from urllib.parse import quote

        path = "/keys/rotate" if cursor is None else f"/keys/rotate?cursor={quote(cursor)}"
        return self._client.write(path, None, _step, doubt.ROTATE, status=200)


def _uses(found: Fields) -> KeyUses:
    uses = tuple(items(found, "keys", _use))
    pending, at_provider = truth(found["pending"]), optional(number, found.get("atProvider"))
    return KeyUses(uses, matching(KEY_ID, found["newest"]), pending, at_provider)


def _use(found: Fields) -> KeyUse:
    return KeyUse(
        matching(KEY_ID, found["id"]),
        number(found["secrets"]),
        number(found["tokens"]),
        number(found["auditKeys"]),
        number(found["copies"]),
        truth(found["held"]),
    )


def _step(found: Fields) -> RotationStep:
    failed = decode.failures(found)
    return RotationStep(
        number(found["resealed"]),
        number(found["remaining"]),
        matching(KEY_ID, found["newest"]),
        tuple(failed),
        next_cursor(found),
    )
