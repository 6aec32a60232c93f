"""A reading of a text, which can map its spans back to the text.

UTF-8 bytes throughout. Maps are made only when something was found.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import compress
from typing import Final

NUL: Final = b"\0"


class Layer:
    """The text itself, the base of its readings."""

    def __init__(self, text: bytes) -> None:
        self.text = text

    def source(self, start: int, end: int) -> tuple[int, int]:
        """The span in the original text."""
        return start, end


class Kept(Layer):
    """Some of the letters, translated by `table`, without the `dropped` ones."""

    def __init__(self, parent: Layer, table: bytes, dropped: bytes) -> None:
        super().__init__(parent.text.translate(table, dropped))
        self.parent = parent
        self._dropped = dropped

    @cached_property
    def _places(self) -> Sequence[int]:
        is_kept = bytes(letter not in self._dropped for letter in range(256))
        text = self.parent.text
        return array("I", compress(range(len(text)), text.translate(is_kept)))

    def inside(self, start: int, end: int) -> tuple[int, int]:
        """The span in the parent."""
        return self._places[start], self._places[end - 1] + 1

    def source(self, start: int, end: int) -> tuple[int, int]:
        return self.parent.source(*self.inside(start, end))


class Pieces(Layer):
    """Parts of a text, separated by NUL, so that nothing matches across two."""

    def __init__(self, parent: Layer, spans: Sequence[tuple[int, int]]) -> None:
        super().__init__(NUL.join(parent.text[start:end] for start, end in spans))
        self._parent = parent
        self._spans = spans

    @cached_property
    def _starts(self) -> Sequence[int]:
        starts, place = array("I"), 0
        for start, end in self._spans:
            starts.append(place)
            place += end - start + 1
        return starts

    def source(self, start: int, end: int) -> tuple[int, int]:
        number = bisect_right(self._starts, start) - 1
        shift = self._spans[number][0] - self._starts[number]
        return self._parent.source(start + shift, end + shift)


def runs(text: bytes, wanted: bytes, wider: bytes, least: int) -> Iterator[tuple[int, int]]:
    """Spans of `least` wanted letters in a row, extended by wider ones; tables have 1 or 0."""
    mask = text.translate(wanted)
    enough, end, wide = b"\1" * least, 0, mask
    while (start := mask.find(enough, end)) >= 0:
        if wide is mask and wider is not wanted:
            wide = text.translate(wider)
        start = wide.rfind(NUL, end, start) + 1 or end
        end = wide.find(NUL, start)
        end = len(text) if end < 0 else end
        yield start, end


def table(letters: bytes) -> bytes:
    """1 for each of these letters, else 0."""
    return bytes(letter in letters for letter in range(256))
