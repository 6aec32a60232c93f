"""Other readings of a text, each with the way back: where a letter of it stands in the text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

# Twice: a URL within a URL, JSON within JSON.
_LEVELS: Final = 2
_PERCENT: Final = re.compile("(?:%[0-9A-Fa-f]{2})+")
_BACKSLASH: Final = re.compile(r"""(?:\\(?:u[0-9A-Fa-f]{4}|["'\\/bfnrt]))+""")
_ONE_BACKSLASH: Final = re.compile(r"\\(?:u(.{4})|(.))")
_CONTROL: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
# White space, and what tracebacks of exception groups put before a line.
_SOLID: Final = re.compile(r"[^\s|]+")

# From a run of escapes to its letters, each with the length of its escape.
Reader = Callable[[str], Iterator[tuple[str, int]]]


class View(NamedTuple):
    """A reading; letter i of it stands at starts[i] to ends[i] of the text that was read."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def source(self, start: int, end: int) -> tuple[int, int]:
        return self.starts[start], self.ends[end - 1]


def views(text: str, *, plus: bool) -> Iterator[View]:
    """As URLs and as JSON, however many of the letters are escaped, and twice.

    `plus`: as forms have it, too, where + is a space, before either reading.
    """
    itself = View(text, range(len(text)), range(1, len(text) + 1))
    yield from _unquoted(itself, plus, _LEVELS)
    for _ in range(_LEVELS):
        if not _BACKSLASH.search(itself.text):
            return
        itself = _unescaped(itself, _BACKSLASH, _from_backslashes)
        yield itself


def _unquoted(view: View, plus: bool, levels: int) -> Iterator[View]:
    spaced = view._replace(text=view.text.replace("+", " ")) if plus and "+" in view.text else None
    if spaced:
        yield spaced
    if levels and _PERCENT.search(view.text):
        for one in (view, *([spaced] if spaced else [])):
            read = _unescaped(one, _PERCENT, _from_percents)
            yield read
            yield from _unquoted(read, plus, levels - 1)


def squeezed(text: str) -> View:
    """Without white space: what was wrapped, folded or indented is in one piece again."""
    matches = list(_SOLID.finditer(text))
    starts = [place for match in matches for place in range(*match.span())]
    return View("".join(match[0] for match in matches), starts, [place + 1 for place in starts])


def squeezed_text(text: str) -> str:
    """The reading alone, for a first look."""
    return "".join(text.replace("|", " ").split())


def _unescaped(view: View, escapes: re.Pattern[str], read: Reader) -> View:
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    position = 0
    for match in escapes.finditer(view.text):
        parts.append(view.text[position : match.start()])
        starts += view.starts[position : match.start()]
        ends += view.ends[position : match.start()]
        position = match.start()
        for letter, length in read(match[0]):
            parts.append(letter)
            starts.append(view.starts[position])
            position += length
            ends.append(view.ends[position - 1])
    return View(
        "".join([*parts, view.text[position:]]),
        [*starts, *view.starts[position:]],
        [*ends, *view.ends[position:]],
    )


def _from_percents(run: str) -> Iterator[tuple[str, int]]:
    for letter in bytes.fromhex(run.replace("%", "")).decode(errors="surrogateescape"):
        yield letter, 3 * len(letter.encode(errors="surrogateescape"))


def _from_backslashes(run: str) -> Iterator[tuple[str, int]]:
    high = ""
    for match in _ONE_BACKSLASH.finditer(run):
        letter = chr(int(match[1], 16)) if match[1] else _CONTROL.get(match[2], match[2])
        if high and "\udc00" <= letter <= "\udfff":
            yield (high + letter).encode("utf-16", "surrogatepass").decode("utf-16"), 12
            high = ""
            continue
        if high:
            yield high, 6
        high = letter if "\ud800" <= letter <= "\udbff" else ""
        if not high:
            yield letter, len(match[0])
    if high:
        yield high, 6
