"""A file whose path the user typed: no error shows the path, which may be a value."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from px.errors import Usage


@contextmanager
def unnamed(what: str, code: str = "usage") -> Iterator[None]:
    """Raises Usage, calling the file `what`, if it cannot be read."""
    try:
        yield
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not a path"
        raise Usage(f"{what} cannot be read: {reason.lower()}", code=code) from None


def read_typed_path(path: Path, most: int, what: str = "the file") -> bytes:
    """At most `most` bytes."""
    with unnamed(what), path.open("rb") as file:
        return file.read(most)


@contextmanager
def unwritten(what: str) -> Iterator[None]:
    """Raises Usage, calling the file `what`, if it cannot be written; not if it exists."""
    try:
        yield
    except FileExistsError:
        raise
    except OSError as error:
        reason = (error.strerror or "it failed").lower()
        raise Usage(f"{what} cannot be written: {reason}") from None
