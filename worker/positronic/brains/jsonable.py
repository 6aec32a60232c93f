"""What a state may contain: JSON only, small enough to be stored."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

Json: TypeAlias = Any
JsonObject: TypeAlias = dict[str, Any]

MAX_DEPTH: Final = 100  # levels of objects and arrays
MAX_SIZE: Final = 1024 * 1024  # characters of JSON; a Durable Object's row may have 2 MB
MAX_BITS: Final = 1024  # of an integer


class NotJson(Exception):
    """Names the fault and the type; never shows a key or a value."""


def json_object(value: object, limit: int = MAX_SIZE) -> JsonObject:
    """A copy of plain dicts and lists. Raises NotJson."""
    if not isinstance(value, Mapping):
        raise NotJson(f"is {_kind(value)}, not a JSON object (a dict)")
    copy: JsonObject = _Copying(limit).copy(value, 0)
    return copy


def json_size(document: Json) -> int:
    """The number of characters of its JSON."""
    return len(json.dumps(document, separators=(",", ":")))


def same_json(one: Json, other: Json) -> bool:
    """Equal as JSON: 1 is not true, and key order does not matter."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


class _Copying:
    """Limits depth and size, so that a cycle ends too."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._left = limit

    def copy(self, value: object, depth: int) -> Json:
        if depth > MAX_DEPTH:
            raise NotJson(f"nests deeper than {MAX_DEPTH} levels, or holds itself")
        self._spend(2)  # the least that any value takes in JSON, with its comma
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, int | float):
            return _number(value)
        if isinstance(value, Mapping):
            return {self._key(key): self.copy(item, depth + 1) for key, item in value.items()}
        if isinstance(value, list):
            return [self.copy(item, depth + 1) for item in value]
        raise NotJson(f"holds {_kind(value)}, which is not JSON")

    def _key(self, key: object) -> str:
        if not isinstance(key, str):
            raise NotJson(f"has a key that is {_kind(key)}, not a str")
        self._spend(3)  # quotes and colon
        return self._text(key)

    def _text(self, value: str) -> str:
        # A subclass could change its answers at any time.
        text = str.__str__(value)
        self._spend(len(text))
        try:
            text.encode()
        except UnicodeEncodeError:
            raise NotJson("holds text that UTF-8 cannot carry") from None
        return text

    def _spend(self, characters: int) -> None:
        self._left -= characters
        if self._left < 0:
            raise NotJson(f"is larger than {self._limit:,} characters of JSON")


def _number(value: float) -> float:
    if isinstance(value, int):
        whole = int.__int__(value)
        if whole.bit_length() > MAX_BITS:
            raise NotJson("holds an integer that is too long")
        return whole
    number = float.__float__(value)
    if not math.isfinite(number):
        raise NotJson("holds NaN or an infinite number, which is not JSON")
    return number


def _kind(value: object) -> str:
    name = type(value).__name__
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"
