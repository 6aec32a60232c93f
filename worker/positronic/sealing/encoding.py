"""An unambiguous encoding of text fields, for what is derived from them or authenticated."""

from __future__ import annotations


def fields(*parts: str) -> bytes:
    """Each part after its length in bytes, 2 bytes big-endian: at most 65,535 bytes a part."""
    encoded = [part.encode() for part in parts]
    return b"".join(len(part).to_bytes(2, "big") + part for part in encoded)
