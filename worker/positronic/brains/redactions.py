"""Where a document was redacted, noted beside it, so that a rerun can put true values back.

A place is `{"path", "kind", "spans"}`: a JSON pointer into the redacted document; whether it is a
text, a key or a number; and for each marker where it starts and ends, with the secret's name and
version. Without spans it cannot be put back. A marker that stood there before is in no span.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final, NamedTuple

from positronic.brains.jsonable import Json, JsonObject, json_size
from positronic.brains.known_values import Read

Place = JsonObject

MAX_PLACES: Final = 1_000
MAX_SIZE: Final = 64 * 1024  # characters of JSON
LOST: Final[Place] = {"path": ""}  # of a whole document

_MARKER: Final = re.compile(r"\[secret:([A-Za-z_][A-Za-z0-9_]{0,127})\]")


class NotRestorable(Exception):
    """A place in which something else stood than a value as it is; says which."""


class _Span(NamedTuple):
    start: int
    end: int
    name: str
    version: str


def places(before: Json, after: Json, read: Mapping[Read, str]) -> list[Place]:
    """Where `after` says less than `before`; [LOST] when there are too many to note."""
    found = list(islice(_places(before, after, "", read), MAX_PLACES + 1))
    return [LOST] if len(found) > MAX_PLACES or json_size(found) > MAX_SIZE else found


def needed(found: Iterable[Place]) -> set[Read]:
    """The secrets whose values stood there. Raises NotRestorable."""
    return {Read(span.name, span.version) for place in found for span in _spans(place)}


def restored(after: Json, found: Sequence[Place], read: Mapping[Read, str]) -> Json:
    """The document with values in these places, and nowhere else. Raises NotRestorable."""
    if not found:
        return after
    left = {(place["path"], place["kind"] if "spans" in place else ""): place for place in found}
    document = _restored(after, "", left, read)
    if left:
        raise NotRestorable(next(iter(left))[0])
    return document


def _places(before: Json, after: Json, path: str, read: Mapping[Read, str]) -> Iterator[Place]:
    if before is after:
        return
    if isinstance(before, dict) and isinstance(after, dict) and len(before) == len(after):
        for (key, item), (shown, shown_item) in zip(before.items(), after.items(), strict=True):
            here = _below(path, shown)
            if key != shown:
                yield _place(here, "key", _aligned(key, shown, read))
            yield from _places(item, shown_item, here, read)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (item, shown_item) in enumerate(zip(before, after, strict=True)):
            yield from _places(item, shown_item, _below(path, f"{number}"), read)
    elif isinstance(before, str) and isinstance(after, str):
        if before != after:
            yield _place(path, "text", _aligned(before, after, read))
    elif isinstance(after, str) and isinstance(before, int | float):
        yield _place(path, "number", _aligned(repr(before), after, read))
    elif repr(before) != repr(after):
        yield {"path": path}


def _place(path: str, kind: str, spans: list[_Span] | None) -> Place:
    if spans is None:
        return {"path": path}
    return {"path": path, "kind": kind, "spans": [span._asdict() for span in spans]}


def _aligned(before: str, after: str, read: Mapping[Read, str]) -> list[_Span] | None:
    """The markers that stand for a value as it is; None when other things were taken out too."""
    spans: list[_Span] = []
    place = shown = 0
    for match in _MARKER.finditer(after):
        kept = after[shown : match.start()]
        if not before.startswith(kept, place):
            return None
        place, shown = place + len(kept), match.end()
        if one := _value_at(before, place, match[1], read):
            spans.append(_Span(*match.span(), *one))
            place += len(read[one])
        elif before.startswith(match[0], place):
            place += len(match[0])
        else:
            return None
    return spans if before[place:] == after[shown:] else None


def _value_at(text: str, place: int, name: str, read: Mapping[Read, str]) -> Read | None:
    ours = (one for one in read if one.name == name and text.startswith(read[one], place))
    return next(ours, None)


def _restored(
    after: Json, path: str, left: dict[tuple[str, str], Place], read: Mapping[Read, str]
) -> Json:
    if isinstance(after, dict):
        found = {}
        for shown, item in after.items():
            here = _below(path, shown)
            place = left.pop((here, "key"), None)
            key = _filled(shown, place, read) if place else shown
            if key in found:
                raise NotRestorable(here)
            found[key] = _restored(item, here, left, read)
        return found
    if isinstance(after, list):
        return [
            _restored(item, _below(path, f"{number}"), left, read)
            for number, item in enumerate(after)
        ]
    if place := left.pop((path, "text"), None):
        return _filled(after, place, read)
    if place := left.pop((path, "number"), None):
        return json.loads(_filled(after, place, read))
    return after


def _filled(text: str, place: Place, read: Mapping[Read, str]) -> str:
    parts, position = [], 0
    for span in _spans(place):
        parts += [text[position : span.start], read[Read(span.name, span.version)]]
        position = span.end
    return "".join([*parts, text[position:]])


def _spans(place: Place) -> list[_Span]:
    if "spans" not in place:
        raise NotRestorable(place["path"])
    return [_Span(**span) for span in place["spans"]]


def _below(path: str, key: str) -> str:
    """As in RFC 6901."""
    return f"{path}/{key.replace('~', '~0').replace('/', '~1')}"
