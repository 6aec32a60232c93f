"""A file's bytes as text: UTF-8, and no other encoding is guessed."""

from __future__ import annotations

from typing import Final

from px.errors import Usage

_MARKS: Final = (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")  # of UTF-16, and of UTF-32
_LOOK: Final = 400  # bytes in which an encoding shows
HINT: Final = "convert it: iconv -f UTF-16 -t UTF-8 FILE; nothing was sent"


def decode(data: bytes, what: str = "the file") -> str:
    """Raises Usage, calling the file `what`, with the line that is not UTF-8."""
    if is_wide(data):
        raise Usage(
            f"{what} is UTF-16 or UTF-32 text, and px reads UTF-8",
            code="invalid_file",
            hint=HINT,
        )
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Usage(
            f"{what} is not UTF-8 text (line {line})",
            code="invalid_file",
            hint="save it as UTF-8; nothing was sent",
        ) from None


def is_wide(data: bytes) -> bool:
    """Whether it is text in UTF-16 or UTF-32, with a byte-order mark or without.

    Without one, text in them has a NUL beside most of its letters; UTF-8 text has none at all.
    """
    start = data[:_LOOK]
    every_second = start[0::2], start[1::2]
    return start.startswith(_MARKS) or any(
        len(half) * 3 <= half.count(0) * 5 and half.count(0) > 0 for half in every_second
    )
