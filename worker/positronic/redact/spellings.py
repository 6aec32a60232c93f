"""The spellings in which a value with few letters is searched for, and how."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import field
from functools import cached_property
from html import escape as escape_html
from typing import Final

from positronic.quick_dataclass import quick_dataclass
from positronic.redact.unescaping import read

SHORTEST: Final = 6  # characters; shorter values are not searched inside other text
PIECE: Final = 12  # characters at an end that give a value away


@quick_dataclass(frozen=True, slots=False)
class Spelling:
    """Text that represents a value."""

    text: bytes = field(repr=False)

    @cached_property
    def period(self) -> int:
        """The smallest shift at which the text matches itself (Knuth, Morris and Pratt)."""
        text, borders, length = self.text, [0], 0
        for letter in text[1:]:
            while length and text[length] != letter:
                length = borders[length - 1]
            length += text[length] == letter
            borders.append(length)
        return len(text) - borders[-1]

    def spans(self, text: bytes) -> Iterator[tuple[int, int]]:
        """The spans in the text; overlapping occurrences of a repetitive needle are merged.

        Linear in the text: two starts are at least a period apart, a run of periods is followed
        here, and after a run the next start is more than half a needle away.
        """
        needle = self.text
        start = text.find(needle)
        while start >= 0:
            end = start + len(needle)
            period = self.period
            if period == len(needle):
                resume = end
            else:
                unit = needle[-period:]
                while text.startswith(unit, end):
                    end += period
                resume = end - period + 1
            yield start, end
            start = text.find(needle, resume)


@quick_dataclass(frozen=True, slots=False)
class Piece:
    """The start or end of a shortened spelling."""

    text: str = field(repr=False)
    is_end: bool

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """The spans of at least PIECE of its characters, extended by all that follow. Linear."""
        step = -1 if self.is_end else 1
        whole, searched = self.text[::step], text[::step]
        head, resume = whole[:PIECE], 0
        while (start := searched.find(head, resume)) >= 0:
            resume = start + _common(whole, searched, start)
            span = (start, resume)
            yield (len(text) - resume, len(text) - start) if self.is_end else span


def _common(whole: str, text: str, start: int) -> int:
    """How many characters from `start` match the first of `whole`: in strides, then singly."""
    count = 0
    for stride in (PIECE, 1):
        while part := whole[count : count + stride]:
            if not text.startswith(part, start + count):
                break
            count += len(part)
    return count


def pieces(value: str) -> list[Piece]:
    """For a value that is long enough to be shortened when it is shown."""
    if len(value) < 2 * PIECE:
        return []
    texts = sorted({value, _repr(value), json.dumps(value)[1:-1]})
    return [Piece(text, is_end) for text in texts for is_end in (False, True)]


def spellings(value: str) -> list[Spelling]:
    """For a value with at least SHORTEST characters; none twice.

    The readings of a text contain a value unless some of its own letters read as an escape or as a
    byte of another letter. So the spellings of such a value are searched for too.
    """
    plain = {value} if value.isascii() and value.isalnum() else _escaped(value)
    texts = {text.encode() for text in plain} | {read(value.encode())}
    return [Spelling(text) for text in sorted(texts) if len(text) >= SHORTEST and b"\0" not in text]


def lines(value: str) -> set[str]:
    """The lines of a value, and of its base64 in MIME, that are long enough."""
    several = [some for some in (value.splitlines(), _wrapped(value)) if len(some) > 1]
    stripped = {line.strip() for some in several for line in some}
    return {line for line in stripped if len(line) >= SHORTEST}


def _escaped(value: str) -> set[str]:
    """As JSON, Python and HTML escape it, once and twice."""
    once = {value} | {escape(value) for escape in _ESCAPES}
    return once | {escape(text) for text in once for escape in _ESCAPES}


def _wrapped(value: str) -> list[str]:
    data = value.encode()
    return [b64encode(data[start : start + 57]).decode() for start in range(0, len(data), 57)]


def _repr(value: str) -> str:
    return repr(value)[1:-1]


def _repr_among_quotes(value: str) -> str:
    """As in the repr of a text with both quotes, where `'` is escaped."""
    return repr(value + "'\"")[1:-4]


def _bytes_repr(value: str) -> str:
    return repr(value.encode())[2:-1]


_ESCAPES: Final[tuple[Callable[[str], str], ...]] = (
    lambda value: json.dumps(value)[1:-1],
    lambda value: json.dumps(value, ensure_ascii=False)[1:-1],
    escape_html,
    lambda value: ascii(value)[1:-1],
    lambda value: value.encode("unicode_escape").decode(),
    _repr,
    _repr_among_quotes,
    _bytes_repr,
)
