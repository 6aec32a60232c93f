"""Undoes the escapes of URLs, JSON, HTML, JavaScript, shells and Python's repr."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator
from functools import cached_property, lru_cache
from html.entities import html5
from typing import Final

from positronic.redact.layers import Kept, Layer

# Each matches its escapes even if they are escaped repeatedly by the same kind, as in `%2541` and
# `&amp;amp;lt;`. Mixtures take as many passes as their kinds alternate.
_PERCENT: Final = re.compile(rb"%(?:25)*[0-9A-Fa-f]{2}")
_PERCENT_ONCE: Final = re.compile(rb"%[0-9A-Fa-f]{2}")
# The common beginning is in front, so that a search jumps from one to the next.
_BACKSLASH: Final = re.compile(
    rb"""\\(?:\\*u[dD][89abAB][0-9A-Fa-f]{2}\\+u[dD][c-fC-F][0-9A-Fa-f]{2}
    |\\*x[89A-Fa-f][0-9A-Fa-f](?:\\+x[89A-Fa-f][0-9A-Fa-f])*
    |\\*[0-3][0-7]{2}(?:\\+[0-3][0-7]{2})*
    |\\*(?:x[0-7][0-9A-Fa-f]|u[0-9A-Fa-f]{4}|u\{[0-9A-Fa-f]{1,6}\}|U[0-9A-Fa-f]{8}|[abfnrtv]|))""",
    re.VERBOSE,
)
_HTML: Final = re.compile(
    rb"""&(?:amp;|\#0*38;|\#[xX]0*26;)*
    (?:\#0*[1-9][0-9]{0,6}|\#[xX]0*[1-9A-Fa-f][0-9A-Fa-f]{0,5}|[A-Za-z][A-Za-z0-9]{1,30});""",
    re.VERBOSE,
)
_KINDS: Final = {_PERCENT: b"%", _BACKSLASH: b"\\", _HTML: b"&"}
_HARMLESS: Final = re.compile(rb"[^%\\&]*")  # has no escapes of any kind
_SINGLE: Final = (_BACKSLASH, _HTML)
SPACES: Final = bytes.maketrans(b"+", b" ")
_CONTROL: Final = dict(zip(b"abfnrtv", b"\a\b\f\n\r\t\v", strict=True))
MAX_PASSES: Final = 12
MAX_LEVELS: Final = 3


class Unescaped(Layer):
    """One pass over a text: the escapes of one kind replaced by their letters."""

    def __init__(self, parent: Layer, kind: re.Pattern[bytes]) -> None:
        super().__init__(kind.sub(lambda match: _letter(match[0]), parent.text))
        self._parent = parent
        self._kind = kind

    @cached_property
    def _escapes(self) -> tuple[array[int], array[int], array[int], array[int]]:
        """Starts and ends in this reading, then in the parent."""
        here, ends, there, until = (array("I") for _ in range(4))
        shift = 0
        for match in self._kind.finditer(self._parent.text):
            start, end, length = match.start(), match.end(), len(_letter(match[0]))
            here.append(start - shift)
            ends.append(start - shift + length)
            there.append(start)
            until.append(end)
            shift += end - start - length
        return here, ends, there, until

    def source(self, start: int, end: int) -> tuple[int, int]:
        return self._parent.source(self._place(start, 0), self._place(end - 1, 1))

    def _place(self, place: int, is_end: int) -> int:
        here, ends, there, until = self._escapes
        number = bisect_right(here, place) - 1
        if number < 0:
            return place + is_end
        if place < ends[number]:
            return until[number] if is_end else there[number]
        return until[number] + place - ends[number] + is_end


def readings(layer: Layer) -> Iterator[Layer]:
    """The text and each of its readings; the last one has no escapes left. Linear in the text."""
    yield layer
    if _HARMLESS.fullmatch(layer.text):
        return
    # Each kind alone, for a value whose own letters another kind would unescape.
    yield from (one for kind in _SINGLE if (one := _pass(layer, kind)) is not layer)
    yield from _by_level(layer)
    for _ in range(MAX_PASSES):
        before = layer
        for kind in _KINDS:
            if (read := _pass(layer, kind)) is not layer:
                layer = read
                yield layer
        if layer is before:
            return


def _by_level(layer: Layer) -> Iterator[Layer]:
    """Repeated percent-encoding, one level at a time, for a value that contains `%41`."""
    for _ in range(MAX_LEVELS):
        if b"%25" not in layer.text:
            return
        layer = Unescaped(layer, _PERCENT_ONCE)
        yield layer


def spaced(layer: Layer) -> Layer:
    """As in forms, where + is a space."""
    return Kept(layer, SPACES, b"")


def _pass(layer: Layer, kind: re.Pattern[bytes]) -> Layer:
    """The layer itself if there is nothing to unescape."""
    found = Unescaped(layer, kind) if _KINDS[kind] in layer.text else layer
    return layer if found.text == layer.text else found


def read(text: bytes) -> bytes:
    """The last of its readings."""
    return deque(readings(Layer(text)), maxlen=1).pop().text


@lru_cache(4096)
def _letter(escape: bytes) -> bytes:
    if escape.startswith(b"%"):
        return bytes.fromhex(escape[-2:].decode())
    if escape.startswith(b"&"):
        return _of_html(escape)
    return _of_backslash(escape)


def _of_html(escape: bytes) -> bytes:
    name = escape[escape.rstrip(b";").rfind(b";") + 1 :].lstrip(b"&").decode()
    if not name.startswith("#"):
        known = html5.get(name)
        return escape if known is None else known.encode()
    digits = name[1:-1]
    number = int(digits[1:], 16) if digits[0] in "xX" else int(digits)
    return _utf8(number) if number <= 0x10FFFF else escape


def _of_backslash(escape: bytes) -> bytes:
    kind, digits = escape.lstrip(b"\\")[:1], escape.replace(b"\\", b"")
    if not kind:
        return b""
    if kind in b"x0123":
        found = _bytes_of(digits)
        # UTF-8 bytes or Latin-1 letters: a repr of bytes or of text.
        return found if _is_utf8(found) else found.decode("latin-1").encode()
    if kind not in b"uU":
        return bytes([_CONTROL[kind[0]]])
    several = [int(one.strip(b"{}"), 16) for one in re.split(b"[uU]", digits)[1:]]
    if len(several) == 2:
        return _utf8(0x10000 + ((several[0] - 0xD800) << 10) + several[1] - 0xDC00)
    return _utf8(several[0]) if several[0] <= 0x10FFFF else escape


def _bytes_of(digits: bytes) -> bytes:
    """For `x41x42`, or octal `101102`."""
    if digits.startswith(b"x"):
        return bytes.fromhex(digits.replace(b"x", b"").decode())
    return bytes(int(digits[start : start + 3], 8) for start in range(0, len(digits), 3))


def _utf8(number: int) -> bytes:
    return chr(number).encode(errors="surrogatepass")


def _is_utf8(found: bytes) -> bool:
    try:
        found.decode()
    except UnicodeDecodeError:
        return False
    return True
