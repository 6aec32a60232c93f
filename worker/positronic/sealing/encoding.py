"""An unambiguous encoding of text fields, for key derivation and authentication."""

from __future__ import annotations


def fields(*parts: str) -> bytes:
    """Each part after its length in 2 bytes, big-endian: at most 65,535 bytes per part.

    Raises OverflowError for a longer one.
    """
    encoded: list[bytes] = []
    for part in map(str.encode, parts):
        encoded += (len(part).to_bytes(2, "big"), part)
    return b"".join(encoded)
