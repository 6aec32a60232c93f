"""Master keys: a list, newest first. The newest one seals, each one opens."""

from __future__ import annotations

import binascii
import hmac
from base64 import b64decode, b64encode
from functools import lru_cache
from typing import Final

from positronic.errors import NotConfigured, UnknownKey
from positronic.sealing.envelope import KEY_ID, KEY_SIZE

SETTING: Final = "MASTER_KEYS"
NEXT_SETTING: Final = "MASTER_KEYS_NEXT"
_HASH_SIZE: Final = 32


class Keyring:
    """Parsed from `id:base64(32 bytes)` entries, newest first, separated by commas or spaces."""

    __slots__ = ("_derived", "_keys", "newest")

    def __init__(self, text: str, in_front: str = "") -> None:
        """`in_front`: MASTER_KEYS_NEXT. Raises NotConfigured, naming the entry's position or id.

        While a rotation ends, a key may be in both settings, but only once in each.
        """
        first, rest = _parse(NEXT_SETTING, in_front), _parse(SETTING, text)
        if not rest:
            raise NotConfigured(f"{SETTING} is empty")
        for key_id in first.keys() & rest.keys():
            if first[key_id] != rest[key_id]:
                raise NotConfigured(
                    f"the key id {key_id} has different keys in {NEXT_SETTING} and {SETTING}"
                )
        self._keys = first | rest
        self._derived: dict[tuple[str, bytes], bytes] = {}
        self.newest = next(iter(self._keys))

    def derive(self, key_id: str, salt: bytes, info: bytes) -> bytes:
        """A 32-byte key for one write. Raises UnknownKey, naming the missing id."""
        master = self._keys.get(key_id)
        if master is None:
            raise UnknownKey(f"the master key {key_id!r} is not in {SETTING}")
        return hkdf_sha256(master, salt, info, KEY_SIZE)

    def purpose_key(self, key_id: str, info: bytes) -> bytes:
        """`derive` without a salt: the same each time, so it is kept. There are few purposes."""
        place = key_id, info
        if place not in self._derived:
            self._derived[place] = self.derive(key_id, b"", info)
        return self._derived[place]

    def __contains__(self, key_id: str) -> bool:
        return key_id in self._keys

    def __repr__(self) -> str:
        return f"Keyring({', '.join(self._keys)})"


@lru_cache(maxsize=1)
def keyring(text: str, in_front: str = "") -> Keyring:
    """That of these settings, parsed once as long as they stay the same: no other is kept."""
    return Keyring(text, in_front)


def hkdf_sha256(key: bytes, salt: bytes, info: bytes, size: int) -> bytes:
    """HKDF with SHA-256 (RFC 5869): `size` bytes, at most 255 * 32."""
    if size > 255 * _HASH_SIZE:
        raise ValueError("HKDF-SHA256 gives at most 8,160 bytes")
    extracted = hmac.digest(salt or bytes(_HASH_SIZE), key, "sha256")
    block, output = b"", b""
    for counter in range(1, -(-size // _HASH_SIZE) + 1):
        block = hmac.digest(extracted, block + info + bytes([counter]), "sha256")
        output += block
    return output[:size]


def _parse(setting: str, text: str) -> dict[str, bytes]:
    """The setting's keys by id, in order. Raises NotConfigured."""
    keys: dict[str, bytes] = {}
    for place, entry in enumerate(text.replace(",", " ").split(), 1):
        key_id, key = _parse_entry(setting, entry, place)
        if key_id in keys:
            raise NotConfigured(f"{setting} has the key id {key_id} twice")
        keys[key_id] = key
    return keys


def _parse_entry(setting: str, entry: str, place: int) -> tuple[str, bytes]:
    key_id, separator, encoded = entry.partition(":")
    if not separator or not KEY_ID.fullmatch(key_id):
        raise NotConfigured(f"{setting}: entry {place} is not `id:base64`")
    key = _decode_key(encoded)
    if key is None:
        raise NotConfigured(f"{setting}: entry {place} is not 32 bytes of base64")
    return key_id, key


def _decode_key(encoded: str) -> bytes | None:
    try:
        key = b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if len(key) == KEY_SIZE and b64encode(key).decode() == encoded else None
