"""Whether a text is unusual enough that it, and pieces of it, can be searched for."""

from __future__ import annotations

import re
from typing import Final

UNLIKELY: Final = 16  # characters
PASSWORD: Final = 6  # characters of two kinds, if the context says that it is a password
PLAIN_PASSWORD: Final = 12  # characters of one kind

_KINDS: Final = tuple(
    re.compile(kind).search for kind in ("[a-z]", "[A-Z]", "[0-9]", "[^A-Za-z0-9]")
)
_SPACE: Final = re.compile(r"\s")
_RUN: Final = re.compile("[A-Za-z0-9]{12,}")
_LONG_RUN: Final = 20
_CARD: Final = re.compile("[0-9](?:[ -]?[0-9]){12,}")
_ADDRESS: Final = re.compile(r"[^\s@]+@[a-z0-9.-]+|[a-z][a-z0-9+.-]*://.*|(?:[a-z0-9-]+\.)+[a-z]+")
_UUID: Final = re.compile("[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


def is_unlikely(text: str) -> bool:
    """At least 16 characters without a space, unlike any word, name or address.

    That is: 13 digits; a UUID; lower and upper case and digits; or letters and digits in a row, 12
    of two kinds or 20 of one.
    """
    if _CARD.fullmatch(text):
        return True
    if len(text) < UNLIKELY or _SPACE.search(text) or _ADDRESS.fullmatch(text):
        return False
    several = len(set(text)) >= UNLIKELY // 2
    return several and (_kinds(text, 3) == 3 or bool(_UUID.fullmatch(text)) or _has_run(text))


def is_password(text: str) -> bool:
    """For text in a password's position: not a word such as `postgres`, no number under 12."""
    kinds = 4 if len(text) >= PASSWORD else 0
    return len(text) >= PLAIN_PASSWORD or _kinds(text, kinds) >= 2


def _kinds(text: str, of: int) -> int:
    return len([1 for search in _KINDS[:of] if search(text)])


def _has_run(text: str) -> bool:
    return any(len(run) >= _LONG_RUN or _kinds(run, 3) > 1 for run in _RUN.findall(text))
