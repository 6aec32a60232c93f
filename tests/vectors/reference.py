"""px1 written a second time, from FORMAT.md alone, on the `cryptography` package alone.

The vectors come from here, so that the core is checked against the spec and not against itself.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode, urlsafe_b64encode
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


@dataclass(frozen=True)
class Sealing:
    """Everything that goes into one sealed text."""

    key_id: str
    master_key: bytes
    project: str
    name: str
    version: int
    created_at: int
    updated_at: int
    salt: bytes
    nonce: bytes
    plaintext: bytes
    tag: str = "px1"

    @property
    def info(self) -> bytes:
        return fields("positronic px1 value key", self.project, self.name)

    @property
    def derived_key(self) -> bytes:
        return HKDF(SHA256(), 32, self.salt, self.info).derive(self.master_key)

    @property
    def aad(self) -> bytes:
        dates = (str(self.created_at), str(self.updated_at))
        return fields("px1", self.key_id, self.project, self.name, str(self.version), *dates)

    @property
    def ciphertext(self) -> bytes:
        """Ciphertext and tag."""
        return AESGCM(self.derived_key).encrypt(self.nonce, self.plaintext, self.aad)

    @property
    def line(self) -> str:
        return line(self.tag, self.key_id, self.salt, self.nonce, self.ciphertext)


def line(tag: str, key_id: str, *parts: bytes) -> str:
    return ".".join((tag, key_id, *(base64url(part) for part in parts)))


def fields(*texts: str) -> bytes:
    encoded = [text.encode("utf-8") for text in texts]
    return b"".join(len(item).to_bytes(2, "big") + item for item in encoded)


def base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).decode("ascii").replace("=", "")


def setting(*keys: tuple[str, bytes]) -> str:
    """The text of MASTER_KEYS."""
    return ",".join(f"{key_id}:{b64encode(key).decode('ascii')}" for key_id, key in keys)


class Stream:
    """Bytes from a seed, the same on every machine: SHA-256 of the seed and a counter."""

    def __init__(self, seed: str) -> None:
        self._seed = seed.encode()
        self._count = 0

    def take(self, size: int) -> bytes:
        taken = b""
        while len(taken) < size:
            taken += hashlib.sha256(self._seed + self._count.to_bytes(8, "big")).digest()
            self._count += 1
        return taken[:size]
