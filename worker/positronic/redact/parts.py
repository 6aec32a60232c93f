"""The parts of a value that are redacted too: secrets that code extracts from it."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator
from contextlib import suppress
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

import pydantic_core

from positronic.redact.likely import is_password, is_unlikely

_DEPTH: Final = 4  # a URL in JSON in base64
_AROUND: Final = " \t\r\n\v\f\ufeff\"'`\u201c\u201d\u2018\u2019\u201e\xab\xbb"
# Up to the next dashes, or many beginnings would take quadratic time.
_PEM: Final = re.compile(
    r"-----BEGIN [A-Z0-9 ]+-----((?:(?!-----).)*)-----END [A-Z0-9 ]+-----", re.DOTALL
)
_PAIR: Final = re.compile(
    r"""(?:^|[\s;&,])(?:export\s+)?([A-Za-z_][\w.-]{0,63})\s?[=:]\s?("[^"\n]*"|'[^'\n]*'|[^\s;&,]+)"""
)
_SECRET: Final = re.compile(
    "pass|pwd|secret|token|key|credential|auth|sig|private|session|cookie", re.IGNORECASE
)
_HARMLESS: Final = re.compile(
    r"(?:^|[_.-])(?:id|uri|url|name|email|type|version|user|host|alg)$|I[dD]$|Ur[il]$|Name$|Type$"
)
_SEGMENTS: Final = re.compile(r"[.:/~|,;]")
_STRUCTURED: Final = re.compile(r"eyJ[\w-]+\.|[A-Za-z_]\w*=[^;]*;")
_ASSIGNMENTS: Final = re.compile(r"[A-Za-z][\w ]*=[^;]*;")
_WITH_PASSWORD: Final = re.compile(r"[A-Za-z][\w+.-]*://[^/?#\s:@]*:([^/?#\s]+)@")
_PLAIN: Final = re.compile("[A-Za-z0-9_-]*")  # has no parts, unless it is base64
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{24,}={0,2}")
_TO_BASE64: Final = str.maketrans("-_", "+/")
_SHORTEST_SEGMENT: Final = 8


class Part(NamedTuple):
    """`pieces`: any twelve of its letters and digits give it away, so each is searched for."""

    text: bytes
    pieces: bool


def parts(value: str) -> set[Part]:
    """With the value itself: as a whole unless its pieces count. The rules are in SECURITY.md."""
    found, whole = {*_parts(value, _DEPTH)}, whole_of(value)
    return found if whole._replace(pieces=True) in found else {*found, whole}


def whole_of(value: str) -> Part:
    """The value alone."""
    return Part(value.encode(), False)


def _parts(value: str, depth: int) -> Iterator[Part]:
    bare = value.strip(_AROUND)
    if not bare or not depth:
        return
    is_whole = is_unlikely(bare) and not _STRUCTURED.match(bare)
    yield from _texts(bare, is_whole)
    if _PLAIN.fullmatch(bare):
        yield from _in_base64(bare, depth - 1)
        return
    document = _json(bare)
    if document is not None:
        yield from _fields("", document, depth - 1)
        return
    if _PEM.search(bare):
        yield from _keys(bare)
    elif "://" in bare and not re.search(r"\s", bare):
        yield from _of_url(bare, depth - 1)
    else:
        yield from _pairs(bare, depth - 1)
        yield from _lines(bare)
        yield from _segments(bare, is_whole)
    yield from _in_base64(bare, depth - 1)


def secret_texts(value: str) -> Iterator[str]:
    """What must be guessed by somebody who knows the rest of the value.

    Of a URL its password; of JSON and of `Key=value;` the fields that may be secret; else all.
    """
    bare = value.strip(_AROUND)
    document = _json(bare)
    if document is not None:
        yield from _guessed_fields("", document)
    elif url := _WITH_PASSWORD.match(bare):
        yield url[1]
    elif _ASSIGNMENTS.match(bare):
        yield from (text for name, text in _PAIR.findall(bare) if _SECRET.search(name))
    else:
        yield value


def _guessed_fields(name: str, found: object) -> Iterator[str]:
    if isinstance(found, dict):
        for key, value in found.items():
            yield from _guessed_fields(key, value)
    elif isinstance(found, list):
        for value in found:
            yield from _guessed_fields(name, value)
    elif isinstance(found, str) and not _HARMLESS.search(name):
        yield from secret_texts(found)


def _texts(text: str, pieces: bool) -> Iterator[Part]:
    yield Part(text.encode(), pieces)
    if "\\n" in text:
        yield Part(text.replace("\\n", "\n").encode(), pieces)


def _json(text: str) -> object:
    if text[0] in "{[":
        # Limits the depth to 200: Python's own would overflow the Worker's stack.
        with suppress(ValueError):
            found: object = pydantic_core.from_json(text)
            return found
    return None


def _fields(name: str, found: object, depth: int) -> Iterator[Part]:
    if isinstance(found, dict):
        for key, value in found.items():
            yield from _fields(key, value, depth)
    elif isinstance(found, list):
        for value in found:
            yield from _fields(name, value, depth)
    elif isinstance(found, str):
        yield from _field(name, found, depth)


def _field(name: str, text: str, depth: int) -> Iterator[Part]:
    """Of JSON, a line of .env or a URL's query: secret because of its name or its text."""
    if "://" in text or _PEM.search(text):
        yield from (part for part in _parts(text, depth) if part.text != text.encode())
        if _PEM.search(text):
            yield Part(text.encode(), False)
    elif _HARMLESS.search(name):
        return
    elif is_unlikely(text) or (_SECRET.search(name) and is_password(text)):
        yield from _parts(text, depth)


def _keys(text: str) -> Iterator[Part]:
    """The body of a PEM, and the bytes that it encodes."""
    for match in _PEM.finditer(text.replace("\\n", "\n")):
        lines = match[1].strip().splitlines()
        body = "".join(line for line in lines if ":" not in line)
        yield Part(body.encode(), True)
        with suppress(ValueError):
            yield Part(b64decode(body), True)


def _of_url(text: str, depth: int) -> Iterator[Part]:
    try:
        url = urlsplit(text)
        password, user = url.password, url.username
    except ValueError:
        return
    if password and is_password(password):
        yield from _plain_and_quoted(password)
        yield Part(f"{url.username}:{unquote(password)}".encode(), False)
    if user and is_unlikely(user):
        yield from _plain_and_quoted(user)
    for name, value in parse_qsl(url.query):
        yield from _field(name, value, depth)
    segments = url.path.split("/")
    for segment in segments:
        if is_unlikely(segment):
            yield from _plain_and_quoted(segment)
    if any(_is_mixed(segment) for segment in segments):
        yield Part(url.path.encode(), False)


def _plain_and_quoted(text: str) -> Iterator[Part]:
    for one in {text, unquote(text)}:
        yield Part(one.encode(), is_unlikely(one))


def _is_mixed(segment: str) -> bool:
    return len(segment) >= _SHORTEST_SEGMENT and is_password(segment) and segment.isalnum()


def _pairs(text: str, depth: int) -> Iterator[Part]:
    for name, value in _PAIR.findall(text):
        yield from _field(name, value.strip(_AROUND), depth)


def _lines(text: str) -> Iterator[Part]:
    lines = text.splitlines()
    for line in lines if len(lines) > 1 else ():
        if is_unlikely(line.strip()):
            yield Part(line.strip().encode(), True)


def _segments(text: str, is_whole: bool) -> Iterator[Part]:
    """`is_whole`: the text itself was found already."""
    segments = _SEGMENTS.split(text)
    for segment in () if is_whole and len(segments) == 1 else segments:
        if is_unlikely(segment) and not re.match(r"eyJ|[A-Za-z_]\w*=.", segment):
            yield Part(segment.encode(), True)


def _in_base64(text: str, depth: int) -> Iterator[Part]:
    """The text of a value that is base64, because code decodes it first."""
    if not _BASE64.fullmatch(text):
        return
    with suppress(ValueError):
        found = b64decode(
            text.rstrip("=") + "==", altchars=b"-_" if re.search("[-_]", text) else None
        )
        read = found.decode()
        if read.isprintable() or _json(read.strip() or "x") is not None or _PEM.search(read):
            yield Part(read.encode(), is_unlikely(read))
            yield from _parts(read, depth)
