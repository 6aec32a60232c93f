"""NAME=value as an argument: the shell's history has the value, and px never repeats it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from px.errors import Usage

# Something must follow the sign: base64 ends with it.
_ASSIGNMENT: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_]{0,127})=[^=].*", re.DOTALL)
# Only this is repeated: in other forms, what is before the sign may be part of a value.
_NAME: Final = re.compile(r"[A-Z][A-Z0-9_]{0,63}")


def is_assignment(word: str) -> bool:
    """Whether it looks like NAME=value."""
    return _ASSIGNMENT.fullmatch(word) is not None


def written_as_argument(word: str) -> Usage:
    """The error for NAME=value; it names at most the secret."""
    name = word.partition("=")[0]
    shown = name if _NAME.fullmatch(name) else "NAME"
    return Usage(
        f"the value after `{shown}=` is now in the shell's history; nothing was sent",
        hint="replace the value where it comes from, and remove the line from the history; "
        f"`px secret create {shown}` asks for it, hidden, and takes it from a pipe with --stdin",
    )


def refuse(word: str) -> str:
    """Callback of NAME. Raises Usage for NAME=value."""
    if is_assignment(word):
        raise written_as_argument(word)
    return word


def refuse_any(words: Iterable[str] | None) -> list[str] | None:
    """Callback of NAME... ."""
    return None if words is None else [refuse(word) for word in words]
