"""What a server answered. Reading it wrong is the server's fault: Broken, never a traceback.

A reason is put together from the contract's words and numbers, and never from what came back: a
broken server may answer with a value or a token.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from px.spec import contract


class Broken(Exception):
    """A promise is not kept; the reason shows neither a value nor a token."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotAnswered(Broken):
    """No whole answer came; `hint`: what may help."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.hint = hint


@dataclass(frozen=True, slots=True, repr=False)
class Reply:
    """Header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def expect(self, status: int) -> Reply:
        """The same answer. Raises Broken for another status."""
        if self.status != status:
            raise Broken(f"answered {self.described()} where {status} is promised")
        return self

    def succeeded(self, what: str) -> Reply:
        """The same answer, whichever success it is: another check looks at that."""
        if not 200 <= self.status < 300:
            raise Broken(f"{what} was answered {self.described()}")
        return self

    def refused(self, code: str, what: str) -> Reply:
        """Refused with this code and its status."""
        status = contract.STATUS[code]
        if (self.status, self.code) != (status, code):
            wanted = f"{status} {code}"
            raise Broken(f"{what} was answered {self.described()} where {wanted} is promised")
        return self

    def described(self) -> str:
        """The status, and the code where the contract knows it."""
        return f"{self.status} {self.code}".rstrip()

    @property
    def code(self) -> str:
        """The error's code; empty where there is none that the contract knows."""
        try:
            code = self.object().get("code")
        except Broken:
            return ""
        return code if isinstance(code, str) and code in contract.STATUS else ""

    def object(self) -> dict[str, Any]:
        """The JSON object that the body is."""
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
        """Whether one of the texts stands in the body or in a header."""
        everything = [self.body.decode(errors="replace"), *self.headers.values()]
        return any(one in part for part in everything for one in hidden)


def text(found: Mapping[str, Any], key: str) -> str:
    value = found.get(key)
    if not isinstance(value, str) or not value:
        raise Broken(f"the answer's `{key}` is missing or no text")
    return value


def number(found: Mapping[str, Any], key: str) -> int:
    value = found.get(key)
    if type(value) is not int or value < 0:
        raise Broken(f"the answer's `{key}` is missing or no count")
    return value


def closed(found: Mapping[str, Any], known: str, what: str) -> None:
    """Raises Broken when there is a field beyond the known ones; its name may be anything."""
    if not set(known.split()).issuperset(found):
        raise Broken(f"{what} has a field that the contract does not know")


def demand(condition: bool, reason: str) -> None:
    """Raises Broken with the reason unless the condition holds."""
    if not condition:
        raise Broken(reason)
