"""Other readings of a text, each with the way back: where a letter of it stands in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

# Twice: a URL within a URL.
_LEVELS: Final = 2
_ESCAPES: Final = re.compile("(?:%[0-9A-Fa-f]{2})+")
# White space, and what tracebacks of exception groups put before a line.
_SOLID: Final = re.compile(r"[^\s|]+")


class View(NamedTuple):
    """A reading; letter i of it stands at starts[i] to ends[i] of the text that was read."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def source(self, start: int, end: int) -> tuple[int, int]:
        return self.starts[start], self.ends[end - 1]


def unquoted(text: str, *, plus: bool) -> Iterator[View]:
    """With percent-escapes read, however many of the letters are escaped, and twice.

    `plus`: as forms have it, too, where + is a space, before either reading.
    """
    yield from _readings(View(text, range(len(text)), range(1, len(text) + 1)), plus, _LEVELS)


def _readings(view: View, plus: bool, levels: int) -> Iterator[View]:
    spaced = view._replace(text=view.text.replace("+", " ")) if plus and "+" in view.text else None
    if spaced:
        yield spaced
    if levels and _ESCAPES.search(view.text):
        for one in (view, *([spaced] if spaced else [])):
            read = _unescaped(one)
            yield read
            yield from _readings(read, plus, levels - 1)


def squeezed(text: str) -> View:
    """Without white space: what was wrapped, folded or indented is in one piece again."""
    matches = list(_SOLID.finditer(text))
    starts = [place for match in matches for place in range(*match.span())]
    return View("".join(match[0] for match in matches), starts, [place + 1 for place in starts])


def squeezed_text(text: str) -> str:
    """The reading alone, for a first look."""
    return "".join(text.replace("|", " ").split())


def _unescaped(view: View) -> View:
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    position = 0
    for match in _ESCAPES.finditer(view.text):
        parts.append(view.text[position : match.start()])
        starts += view.starts[position : match.start()]
        ends += view.ends[position : match.start()]
        position = match.start()
        letters = bytes.fromhex(match[0].replace("%", "")).decode(errors="surrogateescape")
        for letter in letters:
            starts.append(view.starts[position])
            position += 3 * len(letter.encode(errors="surrogateescape"))
            ends.append(view.ends[position - 1])
        parts.append(letters)
    rest = view.text[position:]
    return View(
        "".join([*parts, rest]),
        [*starts, *view.starts[position:]],
        [*ends, *view.ends[position:]],
    )
