"""Reads secrets from one JSON object, `{"NAME": "value"}`: only strings, no repeated names.

The standard parser checks that it is JSON; then each entry is read again to find its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from json import JSONDecodeError, JSONDecoder
from typing import Final

from px.errors import Detail, Usage
from px.files.assignments import Assignment, Item
from px.files.foreign import refuse_json

_BLANK: Final = " \t\r\n"
_NEWLINE: Final = "\n"
_SPACE: Final = re.compile(f"[{_BLANK}]*")
_ARRAY: Final = re.compile(r"\[\s*([{\"\]\d]|\Z)")  # not the [section] of an INI file
_HINT: Final = 'px reads {"NAME": "value"} with string values only; nothing was sent'
_MORE: Final = "contains more than one JSON document, like JSON Lines"
_LINES_HINT: Final = "join them: jq -s add FILE | px secret import -"
# All numbers are refused; int() would refuse a long one with a different error.
_DECODER: Final = JSONDecoder(parse_int=float, parse_constant=float)


def looks_like_json(text: str) -> bool:
    """Whether it begins like JSON, as no line of a dotenv file does."""
    start = text.removeprefix("\ufeff").lstrip(_BLANK)
    return start.startswith("{") or _ARRAY.match(start) is not None


def items(text: str, what: str = "the file") -> list[Item]:
    """Every entry, in order. Raises Usage, showing none of it, if it is not one object."""
    text = text.removeprefix("\ufeff")
    found, problem = _read(text)
    refuse_json(found, what)
    if problem:
        hint = _LINES_HINT if problem.startswith(_MORE) else _HINT
        raise Usage(f"{what} {problem}", code="invalid_file", hint=hint)
    return list(_entries(text))


def _read(text: str) -> tuple[object, str]:
    """The parsed JSON, and why it is not one object; empty if it is."""
    try:
        found, end = _DECODER.raw_decode(text, _behind_space(text, 0))
    except JSONDecodeError as error:
        return None, f"is not valid JSON (line {error.lineno}, column {error.colno})"
    except (ValueError, RecursionError):
        return None, "is not JSON that px can read"
    rest = _behind_space(text, end)
    if rest < len(text):
        words = f"(line {text.count(_NEWLINE, 0, rest) + 1})"
        return None, f"{_MORE if text[rest] in '{[' else 'has more text after its JSON'} {words}"
    return found, "" if isinstance(found, dict) else "is JSON, but not an object"


def _entries(text: str) -> Iterator[Item]:
    """The entries of a text that is known to be one object."""
    position, index, line, counted = _skip(text, 0, "{"), 0, 1, 0
    while text[position] != "}":
        line, counted = line + text.count("\n", counted, position), position
        name, position = _DECODER.raw_decode(text, position)
        value, position = _DECODER.raw_decode(text, _skip(text, position, ":"))
        if isinstance(value, str):
            yield Assignment(line, name, value, index)
        else:
            yield Detail("invalid_value", _no_string(value), line=line, index=index)
        position, index = _skip(text, position, ","), index + 1


def _no_string(value: object) -> str:
    if value is None:
        return "the value is null, not a string: fill it in, or remove the entry"
    if isinstance(value, dict | list):
        return "the value is an object or array, not a string: px reads a flat object"
    return "the value is not a string: put it in quotes"


def _skip(text: str, position: int, mark: str) -> int:
    """The position after white space, `mark` if present, and more white space."""
    position = _behind_space(text, position)
    return _behind_space(text, position + 1) if text[position] == mark else position


def _behind_space(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return position if found is None else found.end()
