"""Reads a server's answers. One that does not match the contract is not from our server."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple, TypeVar

from positronic.errors import PositronicError
from positronic.names import parse_name
from px.api.cloudflare_pages import cloudflares
from px.errors import Detail, NotAllowed, PxError, Refused, ServerFailed
from px.http.result import Answer

T = TypeVar("T")
Fields = Mapping[str, object]

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_CODE = re.compile(r"[a-z][a-z_]{0,40}")
_MAX_SENTENCE: Final = 400
_SHORT: Final = 4  # a shorter value is only looked for as a whole word


class Secret(NamedTuple):
    """A name and its dates: all that a server ever tells about a secret.

    `is_unreadable`: a corrupt entry, whose name may be any text; it has no dates.
    """

    name: str
    created_at: str
    updated_at: str
    is_unreadable: bool = False
    retried: bool = False  # an earlier attempt, whose answer was lost, may have written it

    def document(self) -> dict[str, object]:
        """As in the contract."""
        if self.is_unreadable:
            return {"name": self.name, "unreadable": True}
        return {"name": self.name, "createdAt": self.created_at, "updatedAt": self.updated_at}


def secret(found: Fields) -> Secret:
    return Secret(
        _name(found["name"]),
        matching(TIME, found["createdAt"]),
        matching(TIME, found["updatedAt"]),
    )


def listed(found: Fields) -> Secret:
    """An item of a list, which may be unreadable."""
    if not is_unreadable(found):
        return secret(found)
    return Secret(text(found["name"]), "", "", is_unreadable=True)


def is_unreadable(found: Fields) -> bool:
    """Whether an item of a list cannot be read."""
    return truth(found.get("unreadable", False))


def page(found: Fields) -> tuple[list[Secret], str | None]:
    """The secrets of one page, and the cursor of the next one."""
    return items(found, "secrets", listed), cursor(found)


def items(found: Fields, key: str, parse: Callable[[Fields], T]) -> list[T]:
    return [parse(fields(item)) for item in sequence(found[key])]


def cursor(found: Fields) -> str | None:
    """The cursor of the next page; None on the last one."""
    opened = found.get("cursor")
    if opened is not None and not (isinstance(opened, str) and opened):
        raise ValueError
    return opened


def number(found: object) -> int:
    if type(found) is not int or found < 0:
        raise ValueError
    return found


def text(found: object) -> str:
    if not isinstance(found, str):
        raise TypeError
    return found


def truth(found: object) -> bool:
    if type(found) is not bool:
        raise ValueError
    return found


def read(answer: Answer, status: int, parse: Callable[[Fields], T]) -> T:
    """The parsed answer. Raises ServerFailed for a wrong status or malformed body."""
    if answer.status != status:
        raise stranger(answer)
    try:
        return parse(fields(json.loads(answer.body)))
    except (ValueError, KeyError, TypeError, RecursionError, PositronicError):
        raise stranger(answer) from None


def stranger(answer: Answer) -> ServerFailed:
    """The error for an answer that is not our server's; shows only its status."""
    if 300 <= answer.status < 400:
        what = f": it redirects ({answer.status}), and px does not follow redirects"
    else:
        what = f" ({_form(answer)}, status {answer.status}): a proxy or firewall in between?"
    error = ServerFailed(
        f"the server at {answer.origin} is not the Positronic API{what}",
        code="unexpected_answer",
        hint="check the address: only a Positronic server should be sent a token",
    )
    # A success that was cut off or garbled; an HTML page comes from a proxy in between.
    error.uncertain = 200 <= answer.status < 300 and _form(answer) != "HTML"
    return error


def _form(answer: Answer) -> str:
    """What the body looks like."""
    start = answer.body[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype", b"<html", b"<head", b"<?xml", b"<body")):
        return "HTML"
    if start.startswith((b"{", b"[")):
        return "unexpected JSON"
    return "text" if start else "empty"


def refusal(answer: Answer, hidden: Sequence[str]) -> PxError:
    """The error for an answer that is not a success. `hidden`: what must not be shown."""
    code, sentence, details = _error(answer, hidden)
    if not code:
        return cloudflares(answer) or _nameless(answer)
    if answer.status in (401, 403):
        return NotAllowed(sentence or "the server does not allow this", code=code)
    kind = ServerFailed if answer.status >= 500 or answer.status in (408, 429) else Refused
    hint = _HINTS.get(code, "")
    return kind(sentence or f"the server answered {code}", code=code, hint=hint, details=details)


_HINTS: Final = {
    "corrupt_record": "delete the unreadable record, then create the secret again",
    "unknown_key": "restore the master key with this id, or create the secret again",
    "request_timeout": "the connection is slow: send fewer or smaller values at once",
    "not_configured": "`px deploy` configures a deployed Worker, `px dev` a local one",
}


def _nameless(answer: Answer) -> PxError:
    if answer.status < 500 or _form(answer) == "HTML":
        return stranger(answer)
    return ServerFailed(f"the server failed with status {answer.status}", code="server_failed")


def _error(answer: Answer, hidden: Sequence[str]) -> tuple[str, str, list[Detail]]:
    """Code, sentence and details, each empty if missing or not safe to show."""
    try:
        found = fields(json.loads(answer.body))
        code = matching(_CODE, found["code"])
        details = [_detail(fields(item), hidden) for item in sequence(found.get("details", []))]
    except (ValueError, KeyError, TypeError, RecursionError):
        return "", "", []
    return code, _sentence(found.get("error"), hidden), details


def _detail(found: Fields, hidden: Sequence[str]) -> Detail:
    index, name = found.get("index"), found.get("name")
    code = matching(_CODE, found["code"])
    return Detail(
        code,
        _sentence(found.get("error"), hidden) or code,
        name=_name(name) if name is not None else None,
        index=number(index) if index is not None else None,
    )


def _sentence(text: object, hidden: Iterable[str]) -> str:
    """The server's sentence, unless it could control the terminal or repeats what was sent."""
    if not isinstance(text, str) or len(text) > _MAX_SENTENCE or not text.isprintable():
        return ""
    words = text.split()
    shown = any(part in words or (len(part) >= _SHORT and part in text) for part in hidden)
    return "" if shown else text


def _name(found: object) -> str:
    try:
        return parse_name(found) if isinstance(found, str) else matching(_CODE, found)
    except PositronicError:
        raise ValueError from None


def matching(pattern: re.Pattern[str], found: object) -> str:
    if not isinstance(found, str) or not pattern.fullmatch(found):
        raise ValueError
    return found


def fields(found: object) -> Fields:
    if not isinstance(found, dict):
        raise TypeError
    return found


def sequence(found: object) -> Sequence[object]:
    if not isinstance(found, list):
        raise TypeError
    return found
