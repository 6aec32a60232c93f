"""Redactor: knows the values that a run has read, and redacts them in text and documents."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, starmap
from typing import Final, NamedTuple, TypeVar, cast

from positronic.redact.documents import rebuilt, strings
from positronic.redact.finder import Finder
from positronic.redact.parts import Part, parts, whole_of
from positronic.redact.previews import Previews
from positronic.redact.skimming import Skimmed
from positronic.redact.spellings import SHORTEST, Piece, lines, pieces

T = TypeVar("T")
WHOLE_ONLY_BELOW: Final = SHORTEST
MAX_PASSES: Final = 8
FOREIGN: Final = "[secret]"  # replaces a value of another project
_MARKER: Final = re.compile(r"\[secret(?::([A-Za-z_][A-Za-z0-9_]{0,127}))?\]")
_TOUCHY: Final = re.compile(r"[\[\]]|s\W*e\W*c\W*r\W*e\W*t", re.IGNORECASE)
_CONTINUES: Final = bytes(range(0x80, 0xC0))  # a character of several bytes
_LINE: Final = re.compile(r"[^\n\r\0]+")
_AROUND_LINES: Final = " \t|"  # what tracebacks and logs put before a line


class _Span(NamedTuple):
    start: int
    end: int
    name: str
    is_marker: bool = False


def marker(name: str) -> str:
    """What replaces a value; without a name, a value of another project."""
    return f"[secret:{name}]" if name else FOREIGN


class Redactor:
    """Learns values as a run reads them, and redacts each of them from then on.

    A value of at least 6 characters is found inside other text, plain and in base64, base64url,
    hex, URL-encoded, JSON-escaped and as Python's repr; a shorter one only if it is the whole text.
    Of two names with the same value, the first one read is shown. Redacting again changes nothing.
    Time is linear in the text.
    """

    __slots__ = (
        "__weakref__",
        "_finder",
        "_foreign",
        "_harmless",
        "_lines",
        "_names",
        "_new",
        "_pieces",
        "_previews",
        "_touchy",
        "_values",
        "_whole",
        "foreign_hits",
    )

    def __init__(self) -> None:
        self._new: list[tuple[str, str, bool]] = []  # name, value, whether only as a whole
        self._finder: Finder | None = None
        self._pieces: dict[str, list[tuple[Piece, str]]] = {}  # by value, for messages alone
        self._previews = Previews()
        self._lines: dict[str, str] = {}
        self._whole: dict[str, str] = {}
        self._names: dict[str, None] = {}
        self._values: dict[str, str] = {}
        self._harmless: frozenset[str] = frozenset()
        self._touchy = False
        self._foreign = False
        self.foreign_hits = 0

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the known values, in the order in which they were added."""
        return tuple(self._names)

    @property
    def has_lines(self) -> bool:
        """Whether a value has several lines."""
        return any("\n" in value for value in self._whole)

    @property
    def whole_only(self) -> tuple[str, ...]:
        """Names of values too short to be found inside other text."""
        short = {name for value, name in self._whole.items() if len(value) < WHOLE_ONLY_BELOW}
        return tuple(name for name in self._names if name in short)

    def add(self, name: str, value: str) -> None:
        """Know this value, and its parts, from now on."""
        self._names[name], self._values[name] = None, value
        if self._whole.get(value):
            return
        self._whole[value] = name
        if len(value) >= WHOLE_ONLY_BELOW:
            self._new.append((name, value, name in self._harmless))

    def leave_parts(self, names: Iterable[str]) -> None:
        """From now on, redact the values of these names only as a whole."""
        self._harmless = self._harmless.union(names)

    def since(self, count: int) -> Redactor:
        """A redactor of only the values after the first `count` names."""
        newer = Redactor()
        newer.leave_parts(self._harmless)
        for name in self.names[count:]:
            newer.add(name, self._values[name])
        newer._names = {**self._names}  # the markers of all of them are final
        return newer

    def is_clean(self, text: str, known: Skimmed | None = None) -> bool:
        """Whether no value is in a text, nor in the JSON strings and paths (RFC 6901) within it.

        May report a value that is absent, but never misses one. `known`: its readings, if made.
        """
        read = text.replace("~1", "/").replace("~0", "~") if "~" in text else text
        if read != text and not self.is_clean(read):
            return False
        short = (value for value in self._whole if len(value) < WHOLE_ONLY_BELOW)
        if any(json.dumps(value, ensure_ascii=False)[1:-1] in text for value in short):
            return False
        self._study()
        if self._finder is None:
            return True
        if known is None or not self._finder.is_ascii:
            return next(self._spans(text), None) is None
        return not (
            (
                self._finder.may_be_among(known.letters)
                and self._finder.may_be_in(text.encode(errors="surrogatepass"), known.readings)
            )
            or (known.may_hide and next(self._previews.spans(text), None))
            or (self._lines and next(self._whole_lines(text), None))
        )

    def know_foreign(self, value: str) -> None:
        """Know a value of another project: only as a whole, and its marker shows no name.

        The caller decides which values are long and unlikely enough to be searched for here.
        `foreign_hits` counts the markers that replaced one.
        """
        if len(value) < WHOLE_ONLY_BELOW or value in self._whole:
            return
        self._foreign = True
        self._whole[value] = ""
        self._know("", whole_of(value))

    def _study(self) -> None:
        """Before each search: takes long for a value, and the log's redactors rarely search."""
        for name, value, is_whole_only in self._new:
            for part in [whole_of(value)] if is_whole_only else parts(value):
                self._know(name, part)
            # Only such a value can arise again where a marker meets other text.
            self._touchy = self._touchy or bool(_TOUCHY.search(value))
            if not is_whole_only:
                self._lines = dict.fromkeys(lines(value), name) | self._lines
                self._previews.add(name, value.strip())
        self._new.clear()

    def _know(self, name: str, part: Part) -> None:
        self._finder = self._finder or Finder()
        if len(part.text) >= WHOLE_ONLY_BELOW:
            self._finder.add(name, part.text, pieces=part.pieces)

    def text(self, text: str) -> str:
        """The text with a marker in place of each value."""
        if text in self._whole:
            return self._marker(self._whole[text])
        self._study()
        return self._settled(text) if self._finder else text

    def message(self, text: str) -> str:
        """Like `text`, for messages: also redacts 12 characters at an end of a value."""
        whole = self.text(text)
        for value, name in self._whole.items():
            if name and value not in self._pieces:
                self._pieces[value] = [(piece, name) for piece in pieces(value)]
        every = chain.from_iterable(self._pieces.values())
        spans = (_Span(*at, name) for piece, name in every for at in piece.spans(whole))
        return self._replaced(whole, spans)

    def document(self, document: T) -> T:
        """A JSON document, redacted in keys, strings and long numbers; itself if unchanged."""
        before = strings(document) if self._whole else []
        after = self._texts(before)
        return document if after == before else cast(T, rebuilt(document, iter(after)))

    def __repr__(self) -> str:
        return f"Redactor({', '.join(self._names)})"

    def __reduce_ex__(self, protocol: object) -> tuple[object, ...]:
        raise TypeError("a redactor knows values: it cannot be pickled or copied")

    def _texts(self, texts: Sequence[str]) -> list[str]:
        """All at once, joined by NUL, which no value and no spelling contains."""
        self._study()
        if not texts or not self._finder or self._touchy or any("\0" in text for text in texts):
            return [self.text(text) for text in texts]
        joined = self._once("\0".join(texts)).split("\0")
        return [
            self._marker(self._whole[before]) if before in self._whole else after
            for before, after in zip(texts, joined, strict=True)
        ]

    def _settled(self, text: str) -> str:
        for _ in range(MAX_PASSES if self._touchy else 1):
            before, text = text, self._once(text)
            if text == before or not self._touchy:
                return text
        # A value made to arise again and again: none of the text is kept.
        return marker(next(iter(self._names), ""))

    def _once(self, text: str) -> str:
        return self._replaced(text, self._spans(text))

    def _replaced(self, text: str, spans: Iterable[_Span]) -> str:
        found = sorted(set(spans))
        markers = self._markers(text) if found else []
        found = list(_outside(markers, found))
        if not found:
            return text
        parts, position = [], 0
        for span in _merged([*found, *markers]):
            put = marker(span.name) if span.is_marker else self._marker(span.name)
            parts += [text[position : span.start], put]
            position = span.end
        return "".join([*parts, text[position:]])

    def _spans(self, text: str) -> Iterator[_Span]:
        if self._finder:
            data = text.encode(errors="surrogatepass")
            yield from _spans_of(data, self._finder.spans(data))
        yield from starmap(_Span, self._previews.spans(text))
        if self._lines:
            yield from self._whole_lines(text)

    def _whole_lines(self, text: str) -> Iterator[_Span]:
        for match in _LINE.finditer(text):
            line = match[0].lstrip(_AROUND_LINES)
            start = match.end() - len(line)
            line = line.rstrip()
            if line in self._lines:
                yield _Span(start, start + len(line), self._lines[line])

    def _markers(self, text: str) -> list[_Span]:
        """Markers of known names: final, whatever value is inside one."""
        return [
            _Span(match.start(), match.end(), match[1] or "", is_marker=True)
            for match in _MARKER.finditer(text)
            if (match[1] in self._names if match[1] else self._foreign)
        ]

    def _marker(self, name: str) -> str:
        self.foreign_hits += not name
        return marker(name)


def _spans_of(data: bytes, found: Iterable[tuple[int, int, str]]) -> Iterator[_Span]:
    """Character spans from byte spans: a character is redacted as a whole."""
    known = list(found)
    counts, count, position = {}, 0, 0
    for place in sorted({place for start, end, _ in known for place in (start, end)}):
        count += len(data[position:place].translate(None, _CONTINUES))
        counts[place], position = count, place
    for start, end, name in known:
        is_within = data[start] in _CONTINUES
        yield _Span(counts[start] - is_within, counts[end], name)


def _outside(markers: Sequence[_Span], spans: Iterable[_Span]) -> Iterator[_Span]:
    starts = [one.start for one in markers]
    for span in spans:
        place = bisect_right(starts, span.start) - 1
        if place < 0 or span.end > markers[place].end:
            yield span


def _merged(spans: Sequence[_Span]) -> Iterator[_Span]:
    """Overlapping spans merged, with the name of the longest value among them."""
    current, longest = None, 0
    for span in sorted(spans):
        length = 0 if span.is_marker else span.end - span.start
        if current is None or span.start >= current.end:
            if current is not None:
                yield current
            current, longest = span, length
            continue
        name = span.name if length > longest or not current.name else current.name
        longest = max(longest, length)
        current = _Span(current.start, max(current.end, span.end), name)
    if current is not None:
        yield current
