"""Decodes base64 and hex: everything in a text that may be either, at every possible start."""

from __future__ import annotations

import re
from array import array
from binascii import a2b_base64
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final

from positronic.redact.layers import NUL, Kept, Layer, Pieces, runs, table
from positronic.redact.letters import letters

_BASE64: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_TO_BASE64: Final = bytes.maketrans(b"-_", b"+/")
_NOT_BASE64: Final = bytes({*range(1, 256)} - {*_BASE64, *b"-_"})
# Decodes to at least one NUL, wherever a group of four starts.
_BARRIER: Final = b"AAAAAAAA"
_ASCII: Final = bytes([*b"\t\n\r", *range(32, 127)])
IS_ASCII: Final = table(_ASCII)
IS_TEXT: Final = table(_ASCII + bytes(range(128, 256)))
_IS_HEX: Final = table(b"0123456789abcdef")
_IS_MARKED_HEX: Final = table(b"0123456789abcdefx")
_DIGIT: Final = re.compile(rb"0x(?=[0-9a-f])|[0-9a-f]")
SHORTEST: Final = 12  # letters that base64 must decode to, or digits of hex, to be searched


class _Barred(Layer):
    """Only base64's characters, with a barrier between texts."""

    def __init__(self, parent: Kept) -> None:
        super().__init__(parent.text.replace(NUL, _BARRIER) + _BARRIER)
        self.parent = parent

    @cached_property
    def _barriers(self) -> Sequence[int]:
        found = (match.start() for match in re.finditer(NUL, self.parent.text))
        return array("I", (place + 7 * number for number, place in enumerate(found)))

    def source(self, start: int, end: int) -> tuple[int, int]:
        first, last = self._place(start), self._place(end - 1)
        # Letters of a barrier do not count, although they can look like a value's.
        first += self.parent.text[first : first + 1] == NUL
        last = (
            self.parent.text.rfind(NUL, first, last)
            if NUL in self.parent.text[first:last]
            else last
        )
        last += self.parent.text[last : last + 1] not in (NUL, b"")
        if last <= first:
            return 0, 0
        first, last = self.parent.inside(first, last)
        text = self.parent.parent.text
        while text[last : last + 1] == b"=":
            last += 1
        return self.parent.parent.source(first, last)

    def _place(self, place: int) -> int:
        """The span in the parent; for a whole barrier, that of its NUL."""
        number = bisect_right(self._barriers, place) - 1
        if number >= 0 and place < self._barriers[number] + len(_BARRIER):
            return self._barriers[number] - 7 * number
        return min(place - 7 * (number + 1), len(self.parent.text))


class _FromBase64(Layer):
    def __init__(self, parent: _Barred, skipped: int) -> None:
        length = (len(parent.text) - skipped) // 4 * 4
        super().__init__(a2b_base64(memoryview(parent.text)[skipped : skipped + length]))
        self._parent = parent
        self._skipped = skipped

    def source(self, start: int, end: int) -> tuple[int, int]:
        return self._parent.source(self._skipped + start * 8 // 6, self._skipped + -(-end * 8 // 6))


class _FromHex(Layer):
    def __init__(self, parent: Layer, pairs: Sequence[tuple[array[int], bytes]]) -> None:
        super().__init__(NUL.join(found for _, found in pairs))
        self._parent = parent
        self._places = array("I")
        for places, _ in pairs:
            self._places += places + array("I", [0, 0])

    def source(self, start: int, end: int) -> tuple[int, int]:
        return self._parent.source(self._places[2 * start], self._places[2 * end - 1] + 1)


def decoded(text: Layer, reading: Layer) -> Iterator[tuple[Layer, Layer | None]]:
    """What was decoded, and the text in it, which may be encoded or escaped again.

    Of the text's last reading, and of the text itself too: in `%7a7a41`, which may be either, the
    first digits look like an escape.
    """
    for layer in (reading,) if reading is text else (reading, text):
        for found in _from_base64(layer):
            spans = list(runs(found.text, IS_ASCII, IS_TEXT, SHORTEST))
            yield found, Pieces(found, spans) if spans else None
        yield from ((found, found) for found in _from_hex(layer))


def _from_base64(layer: Layer) -> Iterator[Layer]:
    kept = Kept(layer, _TO_BASE64, _NOT_BASE64)
    barred = _Barred(kept)
    seen: set[bytes] = set()
    for skipped in range(4):
        found = _FromBase64(barred, skipped)
        if found.text not in seen:
            seen.add(found.text)
            yield found


def _from_hex(layer: Layer) -> Iterator[Layer]:
    """In pairs from the first or second digit of a run, and without each 0x."""
    plain = letters(layer)
    for digits in (_IS_HEX, _IS_MARKED_HEX) if b"0x" in plain.text else (_IS_HEX,):
        spans = list(runs(plain.text, digits, digits, SHORTEST))
        for skipped in range(2 if spans else 0):
            yield _FromHex(plain, [_pairs(plain.text, *span, skipped) for span in spans])


def _pairs(text: bytes, start: int, end: int, skipped: int) -> tuple[array[int], bytes]:
    if b"x" in text[start:end]:
        found = _DIGIT.finditer(text, start, end)
        places = array("I", [one.start() for one in found if len(one[0]) == 1])
        digits = bytes(text[place] for place in places)
    else:
        places, digits = array("I", range(start, end)), text[start:end]
    last = skipped + (len(digits) - skipped) // 2 * 2
    return places[skipped:last], bytes.fromhex(digits[skipped:last].decode())
