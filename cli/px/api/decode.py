"""Reads a server's answers. One that does not match the contract is not from our server."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from positronic.names import Name, parse_name
from px.errors import Detail

T = TypeVar("T")
Fields = Mapping[str, object]

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
CODE = re.compile(r"[a-z][a-z_]{0,40}")


def is_unreadable(found: Fields) -> bool:
    """Whether an item of a list cannot be read."""
    return truth(found.get("unreadable", False))


def items(found: Fields, key: str, parse: Callable[[Fields], T]) -> list[T]:
    return [parse(fields(item)) for item in sequence(found[key])]


def next_cursor(found: Fields) -> str | None:
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


def name(found: object) -> Name:
    return parse_name(text(found))


def time(found: object) -> str:
    written = matching(_TIME, found)
    datetime.fromisoformat(written)  # raises ValueError for an impossible date
    return written


def optional(parse: Callable[[object], T], found: object) -> T | None:
    return None if found is None else parse(found)


def failure(found: Fields) -> Detail:
    """The code says why; the server's sentence is left out: it may control a terminal.

    The name may be any text that somebody wrote to the store: it is shown escaped.
    """
    code = matching(CODE, found["code"])
    return Detail(code, code.replace("_", " "), name=text(found["name"]))


def failures(found: Fields) -> list[Detail]:
    """Of a step, which may say nothing of them."""
    return items(found, "failed", failure) if "failed" in found else []


def actor(found: object) -> Mapping[str, str] | None:
    """Who did it, as events name it; None: not recorded."""
    if found is None:
        return None
    return {str(key): text(part) for key, part in fields(found).items()}


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
