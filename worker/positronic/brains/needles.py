"""Searches for many long texts at once, in a time independent of their number."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from positronic.brains.strength import SHORTEST

GRAM: Final = 12  # characters
# In any SHORTEST characters of a text, one gram starts at a multiple of this.
STRIDE: Final = SHORTEST - GRAM + 1


class _At(NamedTuple):
    """The position of a gram in a text, and the value that the text represents."""

    text: str
    place: int
    value: str


class Needles:
    """Finds texts by grams of 12 characters, taken where each text is most random.

    So a guess, piece by piece, shows no difference, not even in time, until 12 such characters are
    right at once.
    """

    def __init__(self) -> None:
        self._grams: dict[str, tuple[_At, ...]] = {}

    def add(self, value: str, text: str, start: int) -> None:
        """`start`: the position of SHORTEST characters that nobody can guess."""
        for at, gram in _grams(value, text, start):
            self._grams[gram] = (*self._grams.get(gram, ()), at)

    def discard(self, value: str, text: str, start: int) -> None:
        for at, gram in _grams(value, text, start):
            left = tuple(one for one in self._grams.pop(gram, ()) if one != at)
            if left:
                self._grams[gram] = left

    def within(self, texts: Iterable[str]) -> set[str]:
        """The values of those that are whole in one of the texts."""
        known = self._grams
        # Joined by a character that no value contains.
        text = "\0".join(one for one in texts if len(one) >= SHORTEST) if known else ""
        return {
            at.value
            for start in range(0, len(text) - GRAM + 1, STRIDE)
            if text[start : start + GRAM] in known
            for at in known[text[start : start + GRAM]]
            if start >= at.place and text.startswith(at.text, start - at.place)
        }


def _grams(value: str, text: str, start: int) -> Iterable[tuple[_At, str]]:
    places = range(start, start + STRIDE)
    return ((_At(text, place, value), text[place : place + GRAM]) for place in places)
