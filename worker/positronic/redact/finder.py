"""Finder: locates values in a text, in any mixture of spellings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from positronic.redact.encoded import decoded
from positronic.redact.layers import Kept, Layer
from positronic.redact.letters import Index, needle
from positronic.redact.skimming import DEPTH
from positronic.redact.spellings import SHORTEST, Spelling, spellings
from positronic.redact.unescaping import SPACES, read, readings, spaced

_SOLID: Final = (
    b" \t\n\r\v\f|"  # white space, and what tracebacks of exception groups put before a line
)
_SAME: Final = bytes(range(256))


class Finder:
    """Knows values by name, and finds them in the readings of a text."""

    def __init__(self) -> None:
        self._index = Index()
        self.is_ascii = True  # `may_be_in` only finds ASCII
        self._spelt: list[tuple[Spelling, str]] = []
        self._solid: list[tuple[Spelling, str]] = []
        self._spaced: list[tuple[Spelling, str]] = []

    def add(self, name: str, text: bytes, *, pieces: bool = False) -> None:
        """`pieces`: also find any twelve of its letters and digits in a row."""
        self.is_ascii = self.is_ascii and text.isascii()
        found = needle(name, text, is_part=pieces)
        if found is not None:
            self._index.add(found)
            bare = read(text)
            again = needle(name, bare, is_part=pieces) if bare != text else None
            if again is not None and again.letters != found.letters and b"\0" not in bare:
                self._index.add(again)
        if found is None or not text.isascii():
            self._add_spelt(name, text)

    def spans(self, text: bytes) -> Iterator[tuple[int, int, str]]:
        found = self._read(Layer(text), DEPTH)
        yield from (one for one in found if one[0] < one[1])

    def may_be_among(self, letters: bytes) -> bool:
        """Whether any of them may be in the texts that these letters are of. Empty: it may."""
        others = self._spelt or self._solid or self._spaced
        return bool(others) or not letters or self._index.may_be_among(letters)

    def may_be_in(self, text: bytes, more: bytes) -> bool:
        """Whether any of them is in a text or its given readings; makes no readings itself."""
        layers = [Layer(text), *([Layer(more)] if more else ())]
        return any(next(self._as_it_is(layer), None) is not None for layer in layers)

    def _as_it_is(self, layer: Layer) -> Iterator[tuple[int, int, str]]:
        yield from self._in(layer)
        if self._spaced:
            yield from _spelt(spaced(layer), self._spaced)
        if self._solid:
            yield from _spelt(Kept(layer, _SAME, _SOLID), self._solid)

    def _add_spelt(self, name: str, text: bytes) -> None:
        try:
            value = text.decode()
        except UnicodeDecodeError:
            return
        if len(value) < SHORTEST:
            return
        if b" " in text:
            self._spaced.append((Spelling(text.translate(SPACES)), name))
        self._spelt += [(spelling, name) for spelling in spellings(value)]
        solid = text.translate(_SAME, _SOLID)
        if len(value.splitlines()) > 1 and len(solid) >= SHORTEST:
            self._solid.append((Spelling(solid), name))

    def _read(self, layer: Layer, depth: int) -> Iterator[tuple[int, int, str]]:
        last = layer
        for last in readings(layer):
            yield from self._in(last)
            if self._spaced and b"+" in last.text:
                yield from _spelt(spaced(last), self._spaced)
        if self._solid:
            yield from _spelt(Kept(last, _SAME, _SOLID), self._solid)
        for found, inner in decoded(layer, last) if depth else ():
            yield from self._in(found)
            if inner is not None:
                yield from self._read(inner, depth - 1)

    def _in(self, layer: Layer) -> Iterator[tuple[int, int, str]]:
        for start, end, name in self._index.spans(layer):
            yield *layer.source(start, end), name
        yield from _spelt(layer, self._spelt)


def _spelt(layer: Layer, spelt: list[tuple[Spelling, str]]) -> Iterator[tuple[int, int, str]]:
    for spelling, name in spelt:
        for start, end in spelling.spans(layer.text):
            yield *layer.source(start, end), name
