"""Skims a text once, so that it can be searched for one value after another without decoding it."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from positronic.redact.encoded import IS_ASCII, IS_TEXT, decoded
from positronic.redact.layers import NUL, Layer, Pieces, runs
from positronic.redact.previews import may_hide
from positronic.redact.spellings import SHORTEST
from positronic.redact.unescaping import readings

MOST: Final = 3  # times a text's size: of readings that are kept
DEPTH: Final = 4  # times that base64 or hex is read within itself


@dataclass(frozen=True, slots=True)
class Skimmed:
    """What a text reads as, beside itself, with a NUL between two readings.

    Of what base64 gives, only where six letters of ASCII stand in a row, as most of it is noise: so
    it serves for values of ASCII.
    """

    packed: bytes = field(repr=False)
    may_hide: bool

    @property
    def readings(self) -> bytes:
        return zlib.decompress(self.packed)


def skimmed(text: str) -> Skimmed | None:
    """Takes as long as a search of the text for a value does, and a search after it a fraction.

    None for a text full of escapes, whose readings take several times its size.
    """
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
    for found, inner in decoded(last) if depth else ():
        spans = list(runs(found.text, IS_ASCII, IS_TEXT, SHORTEST))
        yield Pieces(found, spans).text
        if inner is not None:
            yield from _beside(inner, depth - 1)
