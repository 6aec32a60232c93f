"""A server's answers about tokens, audit events, keys and projects."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from positronic.access.tokens import parse, parse_token_id
from positronic.names import parse_project, parse_token_name
from px.api import decode
from px.api.decode import Fields, fields, items, matching, number, sequence, truth
from px.errors import Detail

KEY_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,32}")
INTACT: Final = "intact"
VERDICTS: Final = (INTACT, "changed", "unknown_key")

_ROLE = re.compile(r"reader|writer|admin")
_EVENT_ID = re.compile(r"[0-9a-f]{32}")
_LAST_MILLISECOND: Final = 2**48 - 1
_VERDICT = re.compile("|".join(VERDICTS))
_CODE = re.compile(r"[a-z][a-z_]{0,40}")


@dataclass(frozen=True, slots=True)
class Token:
    """All that a server tells about a token after its creation.

    `is_unreadable`: a corrupt entry, whose id may be any text; nothing else is known about it.
    """

    id: str
    name: str
    role: str
    created_at: str
    expires_at: str | None
    is_unreadable: bool = False

    def is_expired(self, now: datetime) -> bool:
        return self.expires_at is not None and moment(self.expires_at) <= now

    def document(self) -> dict[str, object]:
        """As in the contract."""
        if self.is_unreadable:
            return {"id": self.id, "unreadable": True}
        found: dict[str, object] = {
            "id": self.id,
            "name": self.name,
            "role": self.role,
            "createdAt": self.created_at,
        }
        return found | ({} if self.expires_at is None else {"expiresAt": self.expires_at})


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token; its text is shown only this once."""

    token: Token
    text: str = field(repr=False)

    def document(self) -> dict[str, object]:
        return {"token": self.text, **self.token.document()}


@dataclass(frozen=True, slots=True)
class Event:
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


@dataclass(frozen=True, slots=True)
class KeyUse:
    """How much one master key seals; `held`: the Worker has the key and can open all that."""

    id: str
    secrets: int
    tokens: int
    held: bool


@dataclass(frozen=True, slots=True)
class Keys:
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
class Step:
    """What one call of POST /keys/rotate did; `remaining` includes `failed`."""

    resealed: int
    remaining: int
    failed: tuple[Detail, ...]


def moment(time: str) -> datetime:
    return datetime.fromisoformat(time)


def token(found: Fields) -> Token:
    expires = found.get("expiresAt")
    return Token(
        parse_token_id(_text(found["id"])),
        parse_token_name(_text(found["name"])),
        matching(_ROLE, found["role"]),
        _time(found["createdAt"]),
        None if expires is None else _time(expires),
    )


def issued(found: Fields) -> Issued:
    text = _text(found["token"])
    if parse(text) is None:
        raise ValueError
    return Issued(token(found), text)


def _listed(found: Fields) -> Token:
    if not decode.is_unreadable(found):
        return token(found)
    return Token(_text(found["id"]), "", "", "", None, is_unreadable=True)


def tokens_page(found: Fields) -> tuple[list[Token], str | None]:
    return items(found, "tokens", _listed), decode.cursor(found)


def event(found: Fields) -> Event:
    return Event(
        _text(found["id"]),
        _time(found["time"]),
        {str(key): _text(part) for key, part in fields(found["actor"]).items()},
        _text(found["action"]),
        tuple(_text(name) for name in sequence(found["names"])),
        _text(found["outcome"]),
        _text(found["requestId"]),
        matching(_VERDICT, found["integrity"]),
        _optional(found.get("code")),
        _optional(found.get("address")),
        None if found.get("keyId") is None else matching(KEY_ID, found["keyId"]),
    )


def events_page(found: Fields) -> tuple[list[Event], str | None]:
    return items(found, "events", event), decode.cursor(found)


def keys(found: Fields) -> Keys:
    uses = tuple(items(found, "keys", _key_use))
    unreadable = number(found.get("unreadable", 0))
    return Keys(uses, matching(KEY_ID, found["newest"]), truth(found["pending"]), unreadable)


def step(found: Fields) -> Step:
    failed = items(found, "failed", _failed) if "failed" in found else []
    return Step(number(found["resealed"]), number(found["remaining"]), tuple(failed))


def projects_page(found: Fields) -> tuple[list[str], str | None]:
    readable = [one for one in items(found, "projects", dict) if not decode.is_unreadable(one)]
    names = [str(parse_project(_text(one["name"]))) for one in readable]
    return names, decode.cursor(found)


def _key_use(found: Fields) -> KeyUse:
    return KeyUse(
        matching(KEY_ID, found["id"]),
        number(found["secrets"]),
        number(found["tokens"]),
        truth(found["held"]),
    )


def _failed(found: Fields) -> Detail:
    """The code says why; the server's sentence is left out: it may control a terminal.

    The name may be any text that somebody wrote to the store: it is shown escaped.
    """
    code = matching(_CODE, found["code"])
    return Detail(code, code.replace("_", " "), name=_text(found["name"]))


def _time(found: object) -> str:
    text = matching(decode.TIME, found)
    moment(text)  # raises ValueError for an impossible date
    return text


def _text(found: object) -> str:
    if not isinstance(found, str):
        raise TypeError
    return found


def _optional(found: object) -> str | None:
    return None if found is None else _text(found)
