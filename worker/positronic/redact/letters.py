"""Finds values by their letters and digits alone, in any case, ignoring all else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field, replace
from typing import Final

from positronic.quick_dataclass import quick_dataclass
from positronic.redact.layers import Kept, Layer

LEAST: Final = 12  # letters and digits that a value needs to be found this way
MAX_WINDOWS: Final = 8_192  # positions in a part at which a piece of it can start
_SIZE: Final = 6  # any twice that, less one, contain a whole window
_FEW: Final = 24  # needles' windows
_FOLD: Final = bytes(range(256)).lower()
_KEPT: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789\0"
_DROPPED: Final = bytes({*range(256)} - {*_KEPT})


def letters(layer: Layer) -> Kept:
    """ASCII letters and digits in lower case; NUL stays, because nothing matches across it."""
    return Kept(layer, _FOLD, _DROPPED)


def letters_of(text: bytes) -> bytes:
    return text.translate(_FOLD, _DROPPED)


@quick_dataclass(frozen=True, slots=True)
class Needle:
    """Letters to look for: all, or `least` in a row; and what is around them."""

    name: str
    letters: bytes = field(repr=False)
    least: int
    before: bytes = field(repr=False)
    after: bytes = field(repr=False)


def needle(name: str, text: bytes, *, is_part: bool) -> Needle | None:
    """None if there are too few letters."""
    found = letters_of(text)
    if len(found) < LEAST:
        return None
    before = text[: len(text) - len(text.lstrip(_DROPPED))]
    after = text[len(text.rstrip(_DROPPED)) :]
    return Needle(name, found, LEAST if is_part else len(found), before, after)


class Index:
    """Time depends on the text and on what is found, not on the number of needles."""

    def __init__(self) -> None:
        self._windows: dict[bytes, list[tuple[Needle, int]]] = {}
        self._new: list[Needle] = []  # whose windows are not there yet
        # Each occurrence contains one of these; while they are few, each is searched for alone.
        self._rare: set[bytes] = set()

    def add(self, new: Needle) -> None:
        self._new.append(new)
        if len(self._rare) <= _FEW:
            offsets = range(0, _places(new), _SIZE)
            self._rare.update([new.letters[offset : offset + _SIZE] for offset in offsets])

    def _open_windows(self) -> None:
        """When a text may have one of them: few texts do."""
        for new in self._new:
            self._open(new)
            if new.least < len(new.letters) and not _is_distinct(new.letters):
                # Where it repeats itself, its pieces can leave gaps in it.
                self._open(replace(new, least=len(new.letters)))
        self._new.clear()

    def _open(self, new: Needle) -> None:
        around = set[bytes]()
        for offset in range(_places(new)):
            window = new.letters[offset : offset + _SIZE]
            # Within equal letters every window extends as far as the first one.
            place = new.letters[max(0, offset - _SIZE) : offset + 2 * _SIZE]
            if len(place) < 3 * _SIZE or place not in around:
                around.add(place)
                self._windows.setdefault(window, []).append((new, offset))

    def may_be_among(self, letters: bytes) -> bool:
        """`letters`: as `letters_of` gives them."""
        return len(self._rare) > _FEW or any(map(letters.__contains__, self._rare))

    def spans(self, layer: Layer) -> Iterator[tuple[int, int, str]]:
        """The spans in the layer, and their names."""
        if not self._rare:
            return
        plain = letters(layer)
        for start, end, found in self._found(plain.text):
            first, last = plain.inside(start, end)
            if plain.text.startswith(found.letters[: end - start], start):
                around = layer.text[max(0, first - len(found.before)) : first]
                first -= _common(around[::-1], found.before[::-1])
            if found.letters.endswith(plain.text[start:end]):
                last += _common(layer.text[last : last + len(found.after)], found.after)
            yield first, last, found.name

    def _found(self, text: bytes) -> Iterator[tuple[int, int, Needle]]:
        windows, done = self._windows, dict[int, int]()
        if not self.may_be_among(text):
            return
        self._open_windows()
        places = range(0, len(text) - _SIZE + 1, _SIZE)
        for place in [one for one in places if text[one : one + _SIZE] in windows]:
            for found, offset in windows[text[place : place + _SIZE]]:
                if place < done.get(id(found), 0):
                    continue
                start, end = _stretch(text, place, found, offset)
                if end - start >= found.least:
                    done[id(found)] = end
                    yield start, end, found


def _places(new: Needle) -> int:
    """How many of its windows an occurrence can begin with."""
    count = len(new.letters) - _SIZE + 1 if new.least < len(new.letters) else _SIZE
    return min(count, MAX_WINDOWS)


def _is_distinct(letters: bytes) -> bool:
    """Whether no window is in it twice, so that a piece of it fits at one of its places only. Two
    overlapping ones then share five letters at most, and behind these another window is looked at.
    """
    count = len(letters) - _SIZE + 1
    if not LEAST + _SIZE <= len(letters) <= MAX_WINDOWS:
        return False
    return len({letters[offset : offset + _SIZE] for offset in range(count)}) == count


def _stretch(text: bytes, place: int, found: Needle, offset: int) -> tuple[int, int]:
    """Extended while the letters around the window are the needle's too."""
    if found.least == len(found.letters):
        start = place - offset
        is_there = start >= 0 and text.startswith(found.letters, start)
        return (start, start + found.least) if is_there else (place, place)
    end = place + _SIZE
    if not _is_enough(text, place, found, offset):
        return place, end
    end += _common(text[end : end + len(found.letters)], found.letters[offset + _SIZE :])
    start = max(0, place - offset)
    start = place - _common(text[start:place][::-1], found.letters[:offset][::-1])
    return start, end


def _is_enough(text: bytes, place: int, found: Needle, offset: int) -> bool:
    """Compares the nearest letters only, because most windows of a repetitive value fail."""
    left = min(place, offset, _SIZE)
    before = _common(text[place - left : place][::-1], found.letters[offset - left : offset][::-1])
    end, behind = place + _SIZE, offset + _SIZE
    after = _common(text[end : end + _SIZE], found.letters[behind : behind + _SIZE])
    return before + _SIZE + after >= found.least


def _common(one: bytes, other: bytes) -> int:
    """How many first letters they share: compared in strides, then singly."""
    count = 0
    for stride in (64, 8, 1):
        while count < len(one) and one[count : count + stride] == other[count : count + stride]:
            count += len(one[count : count + stride])
    return min(count, len(other))
