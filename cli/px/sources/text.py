"""The text of a file or of stdin: dotenv or JSON, of a bounded size."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from px.errors import Usage
from px.files.assignments import Item
from px.files.file_text import decode

FORMATS: Final = ("dotenv", "json")
MAX_FILE: Final = 256 * 1024 * 1024  # bytes


def parse(
    data: bytes, form: str | None = None, *, name: str = "", what: str = "the file"
) -> Iterable[Item]:
    """Parses dotenv or JSON: by `form`, or else by the file's suffix and content."""
    from px.files import dotenv_file, foreign, json_file

    foreign.refuse_bytes(data, what)
    text = decode(data, what)
    foreign.refuse_text(text, what)
    is_json = name.endswith(".json") or json_file.looks_like_json(text)
    if form == "json" or (form is None and is_json):
        return json_file.items(text, what)
    return dotenv_file.items(text)


def bounded(data: bytes, what: str) -> bytes:
    """The same. Raises Usage for more than MAX_FILE."""
    if len(data) > MAX_FILE:
        raise Usage(f"{what} has more than {MAX_FILE:,} bytes", code="invalid_file")
    return data
