"""A project's use of master keys over HTTP, and the rotation of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from px.api import decode, doubt
from px.api.client import Client
from px.api.decode import Fields, items, matching, number, truth
from px.errors import Detail

KEY_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,32}")


@dataclass(frozen=True, slots=True)
class KeyUse:
    """How much one master key seals; `held`: the Worker has the key and can open all that."""

    id: str
    secrets: int
    tokens: int
    held: bool


@dataclass(frozen=True, slots=True)
class KeyUses:
    """One project's keys. `pending`: a rotation added a key and has not finished."""

    uses: tuple[KeyUse, ...]
    newest: str
    pending: bool
    unreadable: int = 0

    def not_under(self, key_id: str) -> int:
        """How many secrets and tokens are under another key, or are unreadable."""
        others = sum(use.secrets + use.tokens for use in self.uses if use.id != key_id)
        return others + self.unreadable


@dataclass(frozen=True, slots=True)
class RotationStep:
    """What one call of POST /keys/rotate did; `remaining` includes `failed`."""

    resealed: int
    remaining: int
    failed: tuple[Detail, ...]


class Keys:
    """The calls that need the role admin."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def uses(self) -> KeyUses:
        return self._client.get("/keys", _uses)

    def rotate(self) -> RotationStep:
        """Re-seals some records under the newest key."""
        return self._client.write("/keys/rotate", None, _step, doubt.ROTATE, status=200)


def _uses(found: Fields) -> KeyUses:
    uses = tuple(items(found, "keys", _use))
    unreadable = number(found.get("unreadable", 0))
    return KeyUses(uses, matching(KEY_ID, found["newest"]), truth(found["pending"]), unreadable)


def _use(found: Fields) -> KeyUse:
    return KeyUse(
        matching(KEY_ID, found["id"]),
        number(found["secrets"]),
        number(found["tokens"]),
        truth(found["held"]),
    )


def _step(found: Fields) -> RotationStep:
    failed = items(found, "failed", _failed) if "failed" in found else []
    return RotationStep(number(found["resealed"]), number(found["remaining"]), tuple(failed))


def _failed(found: Fields) -> Detail:
    """The code says why; the server's sentence is left out: it may control a terminal.

    The name may be any text that somebody wrote to the store: it is shown escaped.
    """
    code = matching(decode.CODE, found["code"])
    return Detail(code, code.replace("_", " "), name=decode.text(found["name"]))
