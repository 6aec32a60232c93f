"""The strings of a JSON document, in order, and the document with replaced strings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

_SHORT_NUMBER: Final = 6  # characters; a shorter number is not searched


def strings(document: object) -> list[str]:
    """Keys and strings in order, and numbers long enough to be a value, as JSON writes them."""
    found: list[str] = []
    _collect(document, found)
    return found


def _collect(document: object, found: list[str]) -> None:
    if isinstance(document, dict):
        for key, value in document.items():
            found.append(key)
            _collect(value, found)
    elif isinstance(document, list):
        for value in document:
            _collect(value, found)
    elif isinstance(document, str):
        found.append(document)
    elif (number := _long_number(document)) is not None:
        found.append(number)


def rebuilt(document: object, texts: Iterator[str]) -> object:
    """The document with these instead of its `strings`; equal keys are numbered."""
    if isinstance(document, dict):
        pairs = [(key, next(texts), rebuilt(value, texts)) for key, value in document.items()]
        return _with_distinct_keys(pairs)
    if isinstance(document, list):
        return [rebuilt(value, texts) for value in document]
    if isinstance(document, str):
        return next(texts)
    number = _long_number(document)
    if number is None:
        return document
    text = next(texts)
    return document if text == number else text


def _long_number(value: object) -> str | None:
    if not isinstance(value, int | float):
        return None
    text = repr(value)
    return text if len(text) >= _SHORT_NUMBER else None


def _with_distinct_keys(pairs: list[tuple[str, str, object]]) -> dict[str, object]:
    """Unchanged keys keep their name; others that become equal get #2, #3 and so on."""
    taken = {before for before, after, _ in pairs if before == after}
    counts: dict[str, int] = {}
    found: dict[str, object] = {}
    for before, after, value in pairs:
        key = after
        while before != after and key in taken:
            counts[after] = counts.get(after, 1) + 1
            key = f"{after}#{counts[after]}"
        taken.add(key)
        found[key] = value
    return found
