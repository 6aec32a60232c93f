"""A command's arguments, each taken as what it must be: our own entry sent them, and checked them.

They are checked again all the same: nothing wrong is committed, no matter who sent it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from positronic.audit.wanted import Wanted
from positronic.errors import InvalidRequest, PositronicError
from positronic.ledger.run_rows import IndexedRun
from positronic.names import (
    App,
    Name,
    TokenName,
    Value,
    parse_app,
    parse_name,
    parse_token_name,
    parse_value,
)
from positronic.roles import TOKEN_ROLES, Role

MAX_PAGE: Final = 1000

Entry = tuple[Name, Value, int | None]  # what is written, and the version that it must replace


class Arguments:
    """Raises InvalidRequest, naming the argument and never what was sent."""

    def __init__(self, given: Mapping[str, object]) -> None:
        self._given = given

    def text(self, key: str) -> str:
        return _text(key, self._given.get(key))

    def optional_text(self, key: str) -> str | None:
        found = self._given.get(key)
        return None if found is None else _text(key, found)

    def name(self, key: str) -> Name:
        return parse_name(self.text(key))

    def texts(self, key: str) -> list[str]:
        found = self._given.get(key)
        if not isinstance(found, list):
            raise _wrong(key)
        return [_text(key, one) for one in found]

    def names(self, key: str) -> list[Name]:
        return [parse_name(one) for one in self.texts(key)]

    def optional_names(self, key: str) -> list[Name] | None:
        return None if self._given.get(key) is None else self.names(key)

    def app(self, key: str) -> App:
        return parse_app(self.text(key))

    def token_name(self, key: str) -> TokenName:
        return parse_token_name(self.text(key))

    def role(self, key: str) -> Role:
        if self.text(key) not in TOKEN_ROLES:
            raise _wrong(key)
        return TOKEN_ROLES[self.text(key)]

    def flag(self, key: str) -> bool:
        found = self._given.get(key)
        if not isinstance(found, bool):
            raise _wrong(key)
        return found

    def optional_number(self, key: str) -> int | None:
        found = self._given.get(key)
        return None if found is None else _number(key, found)

    def optional_count(self, key: str) -> int | None:
        """From 0."""
        return _optional_count(key, self._given.get(key))

    def entry(self, key: str) -> Entry:
        return _entry(key, self._given.get(key))

    def entries(self, key: str) -> list[Entry]:
        """With distinct names."""
        found = self._given.get(key)
        if not isinstance(found, list):
            raise _wrong(key)
        entries = [_entry(key, one) for one in found]
        if len({name for name, *_ in entries}) < len(entries):
            raise _wrong(key)
        return entries

    def wanted(self) -> Wanted:
        """Which events are asked for: [actor, action, name], each a text or null."""
        found = self._given.get("wanted", [None] * 3)
        if not isinstance(found, list) or len(found) != 3:
            raise _wrong("wanted")
        return Wanted(*(None if one is None else _text("wanted", one) for one in found))

    def number(self, key: str) -> int:
        return _number(key, self._given.get(key))

    def numbers(self, key: str) -> dict[Name, int]:
        """By the names of secrets."""
        found = self._given.get(key)
        if not isinstance(found, dict):
            raise _wrong(key)
        return {parse_name(name): _number(key, number) for name, number in found.items()}

    def new_run(self) -> IndexedRun:
        """One that is to start; who starts it is not among the arguments."""
        return IndexedRun(
            *(self.text("run"), self.text("title"), self.number("at"), self.number("timeLimit")),
            *("", ""),
            starts_at=self.optional_number("startsAt"),
            rerun_of=self.optional_text("rerunOf"),
        )

    def fields(self, key: str) -> dict[str, object]:
        """Some fields of a policy, which checks them."""
        found = self._given.get(key)
        if not isinstance(found, dict):
            raise _wrong(key)
        return found

    def digests(self, key: str) -> dict[Name, str | None]:
        """By any text that a copy may have for a name; None: it has no copy."""
        found = self._given.get(key)
        if not isinstance(found, list):
            raise _wrong(key)
        return dict(_digest(key, one) for one in found)

    def page(self) -> tuple[str | None, int]:
        """Where it begins, and how many items it has at most."""
        cursor, limit = self._given.get("cursor"), _number("limit", self._given.get("limit"))
        if limit > MAX_PAGE:
            raise _wrong("limit")
        return (None if cursor is None else _text("cursor", cursor)), limit


def _entry(key: str, found: object) -> Entry:
    if not isinstance(found, list) or len(found) not in (2, 3):
        raise _wrong(key)
    name, value, *expected = found
    version = _optional_count(key, expected[0]) if expected else None
    return parse_name(_text(key, name)), parse_value(_text(key, value)), version


def _digest(key: str, found: object) -> tuple[Name, str | None]:
    if not isinstance(found, list) or len(found) != 2:
        raise _wrong(key)
    name, digest = found
    return Name(_text(key, name)), None if digest is None else _text(key, digest)


def _text(key: str, found: object) -> str:
    if not isinstance(found, str):
        raise _wrong(key)
    return found


def _optional_count(key: str, found: object) -> int | None:
    return None if found is None else 0 if found == 0 else _number(key, found)


def _number(key: str, found: object) -> int:
    if type(found) is not int or found < 1:
        raise _wrong(key)
    return found


def _wrong(key: str) -> PositronicError:
    return InvalidRequest(f"`{key}` of the command is not what it must be")
