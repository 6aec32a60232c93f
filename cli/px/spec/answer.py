"""A server's answer. If it cannot be read, the server is at fault: Broken, never a traceback.

A reason consists of the contract's words and numbers, never of parts of the answer: a broken
server may answer with a value or a token.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from px.spec import contract


class Broken(Exception):
    """A promise was not kept; the reason shows neither a value nor a token."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotAnswered(Broken):
    """No complete answer; `hint`: what may help."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.hint = hint


@dataclass(frozen=True, slots=True, repr=False)
class Reply:
    """An answer; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def expect(self, status: int) -> Reply:
        """The same answer. Raises Broken for another status."""
        if self.status != status:
            raise Broken(f"answered {self.described()} instead of {status}")
        return self

    def succeeded(self, what: str) -> Reply:
        """The same answer, with any success status: another check tests which."""
        if not 200 <= self.status < 300:
            raise Broken(f"{what} was answered {self.described()}")
        return self

    def refused(self, code: str, what: str) -> Reply:
        """Checks that the request was refused with this code and its status."""
        status = contract.STATUS[code]
        if (self.status, self.code) != (status, code):
            wanted = f"{status} {code}"
            raise Broken(f"{what} was answered {self.described()} instead of {wanted}")
        return self

    def described(self) -> str:
        """The status, and the code if the contract has it."""
        return f"{self.status} {self.code}".rstrip()

    @property
    def code(self) -> str:
        """The error's code; empty if it is not in the contract."""
        try:
            code = self.object().get("code")
        except Broken:
            return ""
        return code if isinstance(code, str) and code in contract.STATUS else ""

    def object(self) -> dict[str, Any]:
        """The JSON object in the body."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            raise Broken("the answer's body is not JSON") from None
        if not isinstance(found, dict):
            raise Broken("the answer's body is not a JSON object")
        return found

    def text(self, key: str) -> str:
        return text(self.object(), key)

    def number(self, key: str) -> int:
        return number(self.object(), key)

    def items(self, key: str) -> list[dict[str, Any]]:
        """The list of objects under the key."""
        found = self.object().get(key)
        if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
            raise Broken(f"the answer's `{key}` is not a list of objects")
        return found

    def shows(self, hidden: Collection[str]) -> bool:
        """Whether one of the texts is in the body or in a header."""
        everything = [self.body.decode(errors="replace"), *self.headers.values()]
        return any(one in part for part in everything for one in hidden)


def text(found: Mapping[str, Any], key: str) -> str:
    value = found.get(key)
    if not isinstance(value, str) or not value:
        raise Broken(f"the answer's `{key}` is missing or not text")
    return value


def number(found: Mapping[str, Any], key: str) -> int:
    value = found.get(key)
    if type(value) is not int or value < 0:
        raise Broken(f"the answer's `{key}` is missing or not a count")
    return value


def closed(found: Mapping[str, Any], known: str, what: str) -> None:
    """Raises Broken for an unknown field, without its name, which may be anything."""
    if not set(known.split()).issuperset(found):
        raise Broken(f"{what} has a field that the contract does not know")


def demand(condition: bool, reason: str) -> None:
    """Raises Broken with the reason unless the condition holds."""
    if not condition:
        raise Broken(reason)
