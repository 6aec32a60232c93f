"""A file's bytes as text: UTF-8, and no other encoding is guessed."""

from __future__ import annotations

from typing import Final

from px.failures import Usage

_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")  # of UTF-16 in both byte orders, and of UTF-32


def decode(data: bytes, what: str = "the file") -> str:
    """Raises Usage, calling the file `what`, with the line that is not UTF-8."""
    # Text in UTF-16 without a mark has a NUL beside its first letter; UTF-8 text has none at all.
    if data[:2] in _MARKS or b"\0" in data[:2]:
        raise _refusal(f"{what} is text in UTF-16 or UTF-32, and px reads UTF-8")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _refusal(f"{what} is not UTF-8 text (line {line})") from None


def _refusal(sentence: str) -> Usage:
    return Usage(sentence, code="invalid_file", hint="save it as UTF-8; nothing was sent")
