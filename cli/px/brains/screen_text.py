"""Text from elsewhere in the columns of a screen, unable to control the terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from px.terminal import harmless

_TAB = 4  # columns


def on_screen(text: str) -> str:
    """The text with its unprintable characters escaped, and spaces in place of tabs."""
    return harmless(text.expandtabs(_TAB))


def clip(text: str, width: int, more: str) -> str:
    """As much of the text as fits into that many terminal columns."""
    if columns(text) <= width:
        return text
    return _fitting(text, width - columns(more)) + more


def wrapped(text: str, width: int) -> Iterator[str]:
    """The text in rows of at most that many columns, or of one character; one row if empty."""
    while True:
        row = _fitting(text, width) or text[:1]
        yield row
        text = text[len(row) :]
        if not text:
            return


def columns(text: str) -> int:
    return sum(map(_columns_of, text))


def _fitting(text: str, width: int) -> str:
    used = 0
    for place, character in enumerate(text):
        used += _columns_of(character)
        if used > width:
            return text[:place]
    return text


def _columns_of(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
