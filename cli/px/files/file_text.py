"""A file's bytes as text: only UTF-8, never a guessed encoding."""

from __future__ import annotations

from typing import Final

from px.errors import Usage

_MARKS: Final = (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")  # of UTF-16, and of UTF-32
_LOOK: Final = 400  # bytes that are enough to see the encoding
HINT: Final = "convert it: iconv -f UTF-16 -t UTF-8 FILE; nothing was sent"


def decode(data: bytes, what: str = "the file") -> str:
    """Raises Usage with the line that is not UTF-8; messages call the file `what`."""
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
    """Whether it is UTF-16 or UTF-32 text, with or without a byte-order mark.

    Without one, such text has a NUL next to most letters; UTF-8 text has none.
    """
    start = data[:_LOOK]
    every_second = start[0::2], start[1::2]
    return start.startswith(_MARKS) or any(
        len(half) * 3 <= half.count(0) * 5 and half.count(0) > 0 for half in every_second
    )
