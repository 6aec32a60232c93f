"""Where a document was redacted, stored beside it, so that a rerun can restore the values.

A redaction is `{"path", "kind", "spans"}`: a JSON pointer into the redacted document; whether it
is a text, a key or a number; and for each marker its start and end, with the secret's name and
version. Without spans it cannot be undone. A marker that was there before is in no span.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final, NamedTuple

from positronic.brains.jsonable import Json, JsonObject, json_size
from positronic.brains.known_values import Read

Redaction = JsonObject

MAX_REDACTIONS: Final = 1_000
MAX_SIZE: Final = 64 * 1024  # characters of JSON
LOST: Final[Redaction] = {"path": ""}  # of a whole document

_MARKER: Final = re.compile(r"\[secret:([A-Za-z_][A-Za-z0-9_]{0,127})\]")


class NotRestorable(Exception):
    """A redaction of something other than a plain value; says where."""


class _Span(NamedTuple):
    start: int
    end: int
    name: str
    version: str


def redactions(before: Json, after: Json, read: Mapping[Read, str]) -> list[Redaction]:
    """The differences from `before` to `after`; [LOST] if there are too many to store."""
    found = list(islice(_redactions(before, after, "", read), MAX_REDACTIONS + 1))
    return [LOST] if len(found) > MAX_REDACTIONS or json_size(found) > MAX_SIZE else found


def needed(found: Iterable[Redaction]) -> set[Read]:
    """The secrets whose values were redacted. Raises NotRestorable."""
    return {Read(span.name, span.version) for redaction in found for span in _spans(redaction)}


def restored(after: Json, found: Sequence[Redaction], read: Mapping[Read, str]) -> Json:
    """The document with the values of these redactions, and nothing else. Raises NotRestorable."""
    if not found:
        return after
    left = {(one["path"], one["kind"] if "spans" in one else ""): one for one in found}
    document = _restored(after, "", left, read)
    if left:
        raise NotRestorable(next(iter(left))[0])
    return document


def _redactions(
    before: Json, after: Json, path: str, read: Mapping[Read, str]
) -> Iterator[Redaction]:
    if before is after:
        return
    if isinstance(before, dict) and isinstance(after, dict) and len(before) == len(after):
        for (key, item), (shown, shown_item) in zip(before.items(), after.items(), strict=True):
            here = _below(path, shown)
            if key != shown:
                yield _redaction(here, "key", _aligned(key, shown, read))
            yield from _redactions(item, shown_item, here, read)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (item, shown_item) in enumerate(zip(before, after, strict=True)):
            yield from _redactions(item, shown_item, _below(path, f"{number}"), read)
    elif isinstance(before, str) and isinstance(after, str):
        if before != after:
            yield _redaction(path, "text", _aligned(before, after, read))
    elif isinstance(after, str) and isinstance(before, int | float):
        yield _redaction(path, "number", _aligned(repr(before), after, read))
    elif repr(before) != repr(after):
        yield {"path": path}


def _redaction(path: str, kind: str, spans: list[_Span] | None) -> Redaction:
    if spans is None:
        return {"path": path}
    return {"path": path, "kind": kind, "spans": [span._asdict() for span in spans]}


def _aligned(before: str, after: str, read: Mapping[Read, str]) -> list[_Span] | None:
    """The markers that replace plain values; None if anything else was redacted too."""
    spans: list[_Span] = []
    position = shown = 0
    for match in _MARKER.finditer(after):
        kept = after[shown : match.start()]
        if not before.startswith(kept, position):
            return None
        position, shown = position + len(kept), match.end()
        if one := _value_at(before, position, match[1], read):
            spans.append(_Span(*match.span(), *one))
            position += len(read[one])
        elif before.startswith(match[0], position):
            position += len(match[0])
        else:
            return None
    return spans if before[position:] == after[shown:] else None


def _value_at(text: str, position: int, name: str, read: Mapping[Read, str]) -> Read | None:
    ours = (one for one in read if one.name == name and text.startswith(read[one], position))
    return next(ours, None)


def _restored(
    after: Json, path: str, left: dict[tuple[str, str], Redaction], read: Mapping[Read, str]
) -> Json:
    if isinstance(after, dict):
        found = {}
        for shown, item in after.items():
            here = _below(path, shown)
            redaction = left.pop((here, "key"), None)
            key = _filled(shown, redaction, read) if redaction else shown
            if key in found:
                raise NotRestorable(here)
            found[key] = _restored(item, here, left, read)
        return found
    if isinstance(after, list):
        return [
            _restored(item, _below(path, f"{number}"), left, read)
            for number, item in enumerate(after)
        ]
    if redaction := left.pop((path, "text"), None):
        return _filled(after, redaction, read)
    if redaction := left.pop((path, "number"), None):
        return json.loads(_filled(after, redaction, read))
    return after


def _filled(text: str, redaction: Redaction, read: Mapping[Read, str]) -> str:
    parts, position = [], 0
    for span in _spans(redaction):
        parts += [text[position : span.start], read[Read(span.name, span.version)]]
        position = span.end
    return "".join([*parts, text[position:]])


def _spans(redaction: Redaction) -> list[_Span]:
    if "spans" not in redaction:
        raise NotRestorable(redaction["path"])
    return [_Span(**span) for span in redaction["spans"]]


def _below(path: str, key: str) -> str:
    """A JSON pointer (RFC 6901)."""
    return f"{path}/{key.replace('~', '~0').replace('/', '~1')}"
