"""An unambiguous encoding of text fields, for key derivation and authentication."""

from __future__ import annotations

from itertools import chain
from operator import methodcaller
from typing import Final

_in_two_bytes: Final = methodcaller("to_bytes", 2, "big")


def fields(*parts: str) -> bytes:
    """Each part after its length in 2 bytes, big-endian: at most 65,535 bytes per part."""
    encoded = [*map(str.encode, parts)]
    lengths = map(_in_two_bytes, map(len, encoded))
    return b"".join(chain.from_iterable(zip(lengths, encoded, strict=True)))
