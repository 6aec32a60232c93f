"""Tokens, audit, keys and projects over HTTP, as typed functions. Every failure is a PxError."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from positronic.names import TokenName, parse_project
from px.api import admin_answers, decode, doubt
from px.api.admin_answers import Event, Issued, Keys, Step, Token
from px.api.connection import Connection, entry_path

AT_ONCE: Final = 100  # for lists where each item costs the server a read


class Admin(Connection):
    """The calls that need the role admin, or root for `projects`."""

    @property
    def chosen(self) -> str | None:
        """The requested project; None: the token's own, or root's default."""
        return self._target.project

    @property
    def origin(self) -> str:
        return self._target.address.origin

    def in_project(self, name: str) -> Admin:
        """The same server and token for another project; only root's token can do this."""
        return Admin(replace(self._target, project=parse_project(name)), self._retry)

    def issue(self, name: TokenName, role: str, expires_in: int | None) -> Issued:
        """A new token. Never retried: a second attempt would create a second token."""
        body: dict[str, object] = {"name": name, "role": role}
        if expires_in is not None:
            body["expiresIn"] = expires_in
        return self._write("/tokens", body, admin_answers.issued, doubt.ISSUE, once=True)[0]

    def tokens(self) -> Iterator[Token]:
        """The tokens, by id."""
        return self._pages("/tokens", AT_ONCE, admin_answers.tokens_page)

    def revoke(self, token_id: str) -> None:
        """Raises Refused `not_found`, unless an earlier attempt of this call revoked it."""
        self._remove(entry_path("/tokens", "id", token_id), doubt.REVOKE)

    def events(self) -> Iterator[Event]:
        """The events, newest first, fetched as they are used."""
        return self._pages("/audit", AT_ONCE, admin_answers.events_page)

    def keys(self) -> Keys:
        answer = self._answer(self._call("GET", "/keys"), 200)
        return decode.read(answer, 200, admin_answers.keys)

    def rotate(self) -> Step:
        """Re-seals some records under the newest key."""
        return self._write("/keys/rotate", None, admin_answers.step, doubt.ROTATE, status=200)[0]

    def projects(self) -> Iterator[str]:
        """Every project of the Worker, by name."""
        return self._pages("/projects", 1000, admin_answers.projects_page)
