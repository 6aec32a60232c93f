"""An unambiguous encoding of text fields, for key derivation and authentication."""

from __future__ import annotations


def fields(*parts: str) -> bytes:
    """Each part after its length in 2 bytes, big-endian: at most 65,535 bytes per part."""
    encoded = [part.encode() for part in parts]
    return b"".join(len(part).to_bytes(2, "big") + part for part in encoded)
