"""The result of one request: an answer, or none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Answer(NamedTuple):
    """Status, headers with lower-case names, body; `origin`: the server's address."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    origin: str = "the address"


class Lost(Exception):
    """No complete answer; `sent`: the server may have acted; `final`: a retry is pointless."""

    def __init__(self, reason: str, *, sent: bool, final: bool = False, hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.sent = sent
        self.final = final
        self.hint = hint


class NotOwn(Lost):
    """The server at the address is not px's own Worker; the token was not sent."""

    def __init__(self, origin: str, *, final: bool = True) -> None:
        super().__init__("another program listens there", sent=False, final=final)
        self.origin = origin


class Silence(Exception):
    """A stream is silent for a while: it may continue, or the server may be gone."""


Result = Answer | Lost


def may_have_acted(result: Result) -> bool:
    """Whether the server may have carried out the request, although it did not confirm it."""
    if isinstance(result, Lost):
        return result.sent
    return result.status >= 500
