"""What comes of one request: an answer, or none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Answer(NamedTuple):
    """Status, header names in lower case, body; `origin`: who was asked."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    origin: str = "the address"


class Lost(Exception):
    """No whole answer; `sent`: the server may have acted; `final`: no use in asking again."""

    def __init__(self, reason: str, *, sent: bool, final: bool = False, hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.sent = sent
        self.final = final
        self.hint = hint


class NotOwn(Lost):
    """What listens at the address is not px's own Worker: it got no token."""

    def __init__(self, origin: str, *, final: bool = True) -> None:
        super().__init__("another program listens there", sent=False, final=final)
        self.origin = origin


class Silence(Exception):
    """A stream that has begun brings nothing for a while: it may go on, or the server be gone."""


Result = Answer | Lost


def may_have_acted(result: Result) -> bool:
    """Whether the server may have done what was asked, although it did not say so."""
    if isinstance(result, Lost):
        return result.sent
    return result.status >= 500
