"""A project's tokens over HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from positronic.access.tokens import parse, parse_token_id
from positronic.names import TokenName, parse_token_name
from positronic.roles import TOKEN_ROLES
from px.api import decode, doubt
from px.api.client import Client, entry_path
from px.api.decode import Fields

_AT_ONCE = 100  # each costs the server a read
_ROLE = re.compile("|".join(TOKEN_ROLES))
_ISSUER = re.compile(r"[0-9a-f]{16}|root|schedule")


@dataclass(frozen=True, slots=True)
class Token:
    """All that a server tells about a token after its creation.

    `is_unreadable`: a corrupt entry, whose id may be any text; nothing else is known about it.
    `by`: the id of the token that issued it, `root` or `schedule`; None if the server does not
    know.
    """

    id: str
    name: str
    role: str
    created_at: str
    expires_at: str | None
    is_unreadable: bool = False
    by: str | None = None

    def is_expired(self, now: datetime) -> bool:
        return self.expires_at is not None and datetime.fromisoformat(self.expires_at) <= now

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
        optional = {"expiresAt": self.expires_at, "by": self.by}
        return found | {name: text for name, text in optional.items() if text is not None}


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new token; its text is shown only this once."""

    token: Token
    text: str = field(repr=False)

    def document(self) -> dict[str, object]:
        return {"token": self.text, **self.token.document()}


def issued_by(tokens: Sequence[Token], token_id: str) -> list[Token]:
    """The tokens that this one issued, those that they issued, and so on."""
    found: dict[str, Token] = {}
    waiting = [token_id]
    while waiting:
        by = waiting.pop()
        issued = [one for one in tokens if one.by == by and one.id not in found]
        found |= {one.id: one for one in issued}
        waiting += [one.id for one in issued]
    return list(found.values())


class Tokens:
    """The calls that need the role admin."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def issue(self, name: TokenName, role: str, expires_in: int | None) -> IssuedToken:
        """A new token. Never retried: a second attempt would create a second token."""
        body: dict[str, object] = {"name": name, "role": role}
        if expires_in is not None:
            body["expiresIn"] = expires_in
        return self._client.write("/tokens", body, _issued, doubt.ISSUE, once=True)

    def list(self) -> Iterator[Token]:
        """By id."""
        return self._client.pages("/tokens", "tokens", _listed, _AT_ONCE)

    def revoke(self, token_id: str) -> None:
        """With all that it issued. Raises Refused `not_found`, unless an earlier attempt did it."""
        self._client.remove(entry_path("/tokens", "id", token_id), doubt.REVOKE)


def _token(found: Fields) -> Token:
    return Token(
        parse_token_id(decode.text(found["id"])),
        parse_token_name(decode.text(found["name"])),
        decode.matching(_ROLE, found["role"]),
        decode.time(found["createdAt"]),
        decode.optional(decode.time, found.get("expiresAt")),
        by=decode.optional(lambda by: decode.matching(_ISSUER, by), found.get("by")),
    )


def _issued(found: Fields) -> IssuedToken:
    text = decode.text(found["token"])
    if parse(text) is None:
        raise ValueError
    return IssuedToken(_token(found), text)


def _listed(found: Fields) -> Token:
    if not decode.is_unreadable(found):
        return _token(found)
    return Token(decode.text(found["id"]), "", "", "", None, is_unreadable=True)
