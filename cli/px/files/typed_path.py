"""Reading a file whose path was typed: no error shows the path, which may be a value."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from px.errors import Usage


@contextmanager
def unnamed(what: str, code: str = "usage") -> Iterator[None]:
    """Raises Usage, calling the file `what`, for what keeps it from being read."""
    try:
        yield
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no path"
        raise Usage(f"{what} cannot be read: {reason.lower()}", code=code) from None


def read_typed_path(path: Path, most: int, what: str = "the file") -> bytes:
    """At most so many bytes."""
    with unnamed(what), path.open("rb") as file:
        return file.read(most)
