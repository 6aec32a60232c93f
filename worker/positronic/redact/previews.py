"""Finds previews of a value whose middle is hidden: `sk-live-...Yb7K`, `****5678`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from positronic.redact.likely import is_unlikely

SHOWN: Final = range(4, 17)  # characters at an end, next to what hides the rest
_HIDES: Final = re.compile("(?:[*\u2022]{2,}[ -]?)+|(?:[xX#]{4}[ -]?)+|\\[?(?:\\.{3,}|\u2026)\\]?")
_MARKS: Final = ("**", "\u2022\u2022", "xxxx", "XXXX", "####", "...", "\u2026")
_STARS: Final = frozenset("*\u2022xX#")


class Previews:
    """Knows how values start and end."""

    def __init__(self) -> None:
        self._new: list[tuple[str, str]] = []  # names and values whose ends are not there yet
        self._starts: dict[str, dict[str, None]] = {}
        self._ends: dict[str, dict[str, None]] = {}

    def add(self, name: str, value: str) -> None:
        """One that is likely is not known: its ends are words."""
        self._new.append((name, value))

    def _open_ends(self) -> None:
        """When a text hides something: few texts do."""
        for name, value in self._new:
            for count in SHOWN if is_unlikely(value) else ():
                self._starts.setdefault(value[:count], {})[name] = None
                self._ends.setdefault(value[-count:], {})[name] = None
        self._new.clear()

    def spans(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Both ends of one value; only its end after stars, which hide nothing else."""
        for start, end in _hidden(text) if self._new or self._ends else ():
            self._open_ends()
            starts = {count: self._starts.get(text[start - count : start], {}) for count in SHOWN}
            ends = {count: self._ends.get(text[end : end + count], {}) for count in SHOWN}
            before = {name: count for count, names in starts.items() for name in names}
            after = {name: count for count, names in ends.items() for name in names}
            for name, count in after.items():
                if name in before or text[start] in _STARS:
                    yield start - before.get(name, 0), end + count, name


def _hidden(text: str) -> Iterator[tuple[int, int]]:
    """Searched by how such a place starts: a regex alone would take ten times as long."""
    for mark in _MARKS:
        end = 0
        while (start := text.find(mark, end)) >= 0:
            start -= text[start - 1 : start] == "["
            found = _HIDES.match(text, start)
            start, end = found.span() if found else (start, start + len(mark) + 1)
            yield start, end


def may_hide(text: str) -> bool:
    """Whether anything in it could hide the middle of a value."""
    return any(mark in text for mark in _MARKS)
