"""The rules for project names, secret names and values, which are parsed once, on arrival.

No message repeats text that failed to parse: it may be a misplaced value.
Imports only the error tree, so that px can check before it sends.
"""

from __future__ import annotations

import re
from typing import Final, NewType

from positronic.errors import InvalidName, InvalidValue, ReservedName

Project = NewType("Project", str)
Name = NewType("Name", str)
TokenName = NewType("TokenName", str)
TargetName = NewType("TargetName", str)
App = NewType("App", str)  # what a Worker with a binding to ours is called: the `as` of its props

RESERVED_PREFIX: Final = "POSITRONIC_"
MAX_NAME: Final = 128
MAX_VALUE: Final = 65_536  # bytes of UTF-8
MAX_BULK: Final = 500  # entries in one request
MAX_BODY: Final = 8 * 1024 * 1024  # bytes of one request

PROJECT: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
TOKEN_NAME: Final = re.compile(r"(?!px_)[A-Za-z0-9][A-Za-z0-9 ._@-]{0,63}")
NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
TARGET: Final = re.compile(r"(?=.{1,32}$)[a-z][a-z0-9]*(-[a-z0-9]+)*")
APP: Final = re.compile(r"[a-z][a-z0-9-]{0,63}")

# Whether `parse_name` accepts it. No step of Python, because a list asks for each of its rows.
is_name: Final = re.compile(f"(?!{RESERVED_PREFIX}){NAME.pattern}").fullmatch


class Value:
    """A secret's text: 1 to 65,536 bytes of UTF-8, no NUL. Shows itself only to `reveal()`."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "Value(hidden)"

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a secret value cannot be pickled or copied")


def parse_project(text: str) -> Project:
    """A project name: [a-z0-9][a-z0-9-]{0,62}. Raises InvalidName."""
    if not PROJECT.fullmatch(text):
        raise InvalidName(
            "a project name has 1 to 63 lower-case letters, digits and hyphens, no hyphen first"
        )
    return Project(text)


def parse_name(text: str) -> Name:
    """A secret name: [A-Za-z_][A-Za-z0-9_]{0,127}. Raises InvalidName, ReservedName."""
    if not NAME.fullmatch(text):
        raise InvalidName(
            "a secret name has 1 to 128 letters, digits and underscores, no digit first"
        )
    if text.startswith(RESERVED_PREFIX):
        raise ReservedName(f"names that start with {RESERVED_PREFIX} are reserved")
    return Name(text)


def parse_token_name(text: str) -> TokenName:
    """A token's name: [A-Za-z0-9][A-Za-z0-9 ._@-]{0,63}, not itself a token. Raises InvalidName."""
    if not TOKEN_NAME.fullmatch(text):
        raise InvalidName(
            "a token's name has 1 to 64 letters, digits, spaces and . _ @ -, starts with a letter "
            "or digit, and does not look like a token"
        )
    return TokenName(text)


def parse_app(text: str) -> App:
    """What a Worker is called that reads over a binding: [a-z][a-z0-9-]{0,63}. InvalidName."""
    if not APP.fullmatch(text):
        raise InvalidName(
            "the name of an app (`as`) has 1 to 64 lower-case letters, digits and hyphens, "
            "a letter first"
        )
    return App(text)


def parse_target(text: str) -> TargetName:
    """What a target is called: [a-z][a-z0-9]*(-[a-z0-9]+)*, at most 32. Raises InvalidName."""
    if not TARGET.fullmatch(text):
        raise InvalidName(
            "a target's name has 1 to 32 lower-case letters, digits and single hyphens, "
            "a letter first and no hyphen last"
        )
    return TargetName(text)


def parse_value(text: str) -> Value:
    """A value: 1 to 65,536 bytes of UTF-8, no NUL. Raises InvalidValue."""
    if not text:
        raise InvalidValue("a value cannot be empty")
    if "\0" in text:
        raise InvalidValue("a value cannot contain a NUL character")
    if len(text) > MAX_VALUE or _utf8_length(text) > MAX_VALUE:
        raise InvalidValue(f"a value has at most {MAX_VALUE:,} bytes")
    return Value(text)


def _utf8_length(text: str) -> int:
    try:
        return len(text.encode())
    except UnicodeEncodeError:
        # `from None`: the original error contains the whole text.
        raise InvalidValue("a value must be text that can be encoded as UTF-8") from None
