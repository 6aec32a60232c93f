"""Decodes a text once, so that it can be searched for many values."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import field
from typing import Final

from positronic.quick_dataclass import quick_dataclass
from positronic.redact.encoded import IS_ASCII, IS_TEXT, decoded
from positronic.redact.layers import NUL, Layer, Pieces, runs
from positronic.redact.letters import letters_of
from positronic.redact.previews import may_hide
from positronic.redact.spellings import SHORTEST
from positronic.redact.unescaping import readings

MOST: Final = 3  # readings are kept up to this multiple of the text's size
DEPTH: Final = 4  # levels of base64 or hex within itself


@quick_dataclass(frozen=True, slots=True)
class Skimmed:
    """The readings of a text besides itself, separated by NUL.

    Of decoded base64, only where there are six ASCII letters in a row, because most of it is noise:
    so it only serves for ASCII values. `letters`: of the text and its readings, where these are
    looked at for one value after the other.
    """

    packed: bytes = field(repr=False)
    may_hide: bool
    letters: bytes = field(default=b"", repr=False)

    @property
    def readings(self) -> bytes:
        return zlib.decompress(self.packed)


def together(text: str, some: Sequence[Skimmed]) -> Skimmed:
    """Of texts that are separated by NUL, too."""
    readings = NUL.join(one.readings for one in some)
    letters = letters_of(NUL.join([text.encode(errors="surrogatepass"), readings]))
    return Skimmed(zlib.compress(readings, 1), any(one.may_hide for one in some), letters)


def skimmed(text: str) -> Skimmed | None:
    """As slow as one search; None for a text full of escapes, whose readings are too large."""
    data = text.encode(errors="surrogatepass")
    found, left = dict[bytes, None](), MOST * len(data)
    for reading in _beside(Layer(data), DEPTH):
        if reading not in found:
            left -= len(reading)
            found[reading] = None
        if left < 0:
            return None
    return Skimmed(zlib.compress(NUL.join(found), 1), may_hide(text))


def _beside(layer: Layer, depth: int) -> Iterator[bytes]:
    last = layer
    for last in readings(layer):
        if last is not layer:
            yield last.text
    for found, inner in decoded(layer, last) if depth else ():
        spans = list(runs(found.text, IS_ASCII, IS_TEXT, SHORTEST))
        yield Pieces(found, spans).text
        if inner is not None:
            yield from _beside(inner, depth - 1)
