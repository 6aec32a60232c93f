"""A run's options and state from the command line, which no message ever repeats."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from typing import Final

from px.errors import Usage
from px.files.typed_path import read_typed_path

MAX_STATE: Final = 8 * 1024 * 1024  # bytes: the limit of a request


def parse_options(given: Sequence[str]) -> dict[str, str]:
    """Each KEY=VALUE as text. Raises Usage."""
    options: dict[str, str] = {}
    for number, text in enumerate(given, start=1):
        key, mark, value = text.partition("=")
        if not mark or not key:
            raise Usage(f"-o number {number} expects KEY=VALUE")
        _check_text(text, f"-o number {number}")
        if key in options:
            raise Usage(f"-o number {number} repeats the key of an earlier one")
        options[key] = value
    return options


def parse_title(text: str) -> str:
    """A brain's title that can be sent. Raises Usage."""
    if not text:
        raise Usage("NAME is empty", hint="`px brain list` lists the brains")
    _check_text(text, "NAME")
    return text


def read_state(given: str | None) -> dict[str, object] | None:
    """The JSON object: from stdin for `-`, a file for `@FILE`, else the text. Raises Usage."""
    if given is None:
        return None
    if given == "-":
        return parse_state(_read_stdin())
    if given.startswith("@"):
        return parse_state(
            read_typed_path(Path(given[1:]), MAX_STATE + 1, "the file of --state-json")
        )
    return parse_state(given.encode(errors="surrogateescape"))


def parse_state(data: bytes) -> dict[str, object]:
    """Strict JSON (RFC 8259) in UTF-8: no NaN, no repeated keys. Raises Usage with the place."""
    if len(data) > MAX_STATE:
        raise Usage(f"--state-json has more than {MAX_STATE:,} bytes")
    try:
        found = json.loads(
            data.decode("utf-8-sig"),
            object_pairs_hook=_object,
            parse_constant=_refuse,
            parse_float=_number,
        )
        json.dumps(found, ensure_ascii=False).encode()
    except UnicodeError:
        raise Usage("--state-json is not UTF-8 text") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Usage(f"--state-json is not valid JSON: see {where}") from None
    except RecursionError:
        raise Usage("--state-json is nested too deeply") from None
    except ValueError:
        raise Usage(_NUMBER) from None
    if not isinstance(found, dict):
        raise Usage(
            "--state-json is not a JSON object", hint='use an object like {"question": "why?"}'
        )
    return found


def _check_text(text: str, what: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Usage(f"{what} is not UTF-8 text") from None


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Usage("--state-json repeats a key in one object")
    return found


def _refuse(_: str) -> float:
    raise Usage(_NUMBER)


def _number(text: str) -> float:
    return found if isfinite(found := float(text)) else _refuse(text)


_NUMBER: Final = "--state-json contains a number that cannot be sent"


def _read_stdin() -> bytes:
    if sys.stdin is None:
        raise Usage("stdin is closed")
    return sys.stdin.buffer.read(MAX_STATE + 1)
