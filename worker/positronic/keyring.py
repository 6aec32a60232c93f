"""Master keys: a list, newest first. The newest seals, any of them opens."""

from __future__ import annotations

import binascii
import hashlib
import hmac
from base64 import b64decode, b64encode
from typing import Final

from positronic.envelope import KEY_ID, KEY_SIZE
from positronic.errors import NotConfigured, UnknownKey

SETTING: Final = "MASTER_KEYS"
_HASH_SIZE: Final = 32


class Keyring:
    """Parsed from `id:base64(32 bytes)` entries, newest first, commas or white space between."""

    __slots__ = ("_keys", "newest")

    def __init__(self, text: str) -> None:
        """Raises NotConfigured, naming the entry's position, never its text."""
        entries = text.replace(",", " ").split()
        if not entries:
            raise NotConfigured(f"{SETTING} is empty")
        parsed = [_parse_entry(entry, place) for place, entry in enumerate(entries, 1)]
        self._keys = dict(parsed)
        if any(self._keys[key_id] != key for key_id, key in parsed):
            raise NotConfigured(f"{SETTING} has two keys with the same id")
        self.newest = parsed[0][0]

    def derive(self, key_id: str, salt: bytes, info: bytes) -> bytes:
        """A 32-byte key for one write. Raises UnknownKey with the id that is missing."""
        master = self._keys.get(key_id)
        if master is None:
            raise UnknownKey(f"the master key {key_id!r} is not in {SETTING}")
        return hkdf_sha256(master, salt, info, KEY_SIZE)

    def __contains__(self, key_id: str) -> bool:
        return key_id in self._keys

    def __repr__(self) -> str:
        return f"Keyring({', '.join(self._keys)})"


def hkdf_sha256(key: bytes, salt: bytes, info: bytes, size: int) -> bytes:
    """HKDF with SHA-256 (RFC 5869): `size` bytes, at most 255 * 32."""
    if size > 255 * _HASH_SIZE:
        raise ValueError("HKDF-SHA256 gives at most 8,160 bytes")
    extracted = hmac.digest(salt or bytes(_HASH_SIZE), key, hashlib.sha256)
    block, output = b"", b""
    for counter in range(1, -(-size // _HASH_SIZE) + 1):
        block = hmac.digest(extracted, block + info + bytes([counter]), hashlib.sha256)
        output += block
    return output[:size]


def _parse_entry(entry: str, place: int) -> tuple[str, bytes]:
    key_id, separator, encoded = entry.partition(":")
    if not separator or not KEY_ID.fullmatch(key_id):
        raise NotConfigured(f"{SETTING}: entry {place} is not `id:base64`")
    key = _decode_key(encoded)
    if key is None:
        raise NotConfigured(f"{SETTING}: entry {place} is not 32 bytes of base64")
    return key_id, key


def _decode_key(encoded: str) -> bytes | None:
    try:
        key = b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if len(key) == KEY_SIZE and b64encode(key).decode() == encoded else None
