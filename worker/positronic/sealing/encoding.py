"""An unambiguous encoding of text fields, for key derivation and authentication."""

from __future__ import annotations


def fields(*parts: str) -> bytes:
    """Each part after its length in 2 bytes, big-endian: at most 65,535 bytes per part."""
    return b"".join([len(one := part.encode()).to_bytes(2, "big") + one for part in parts])
