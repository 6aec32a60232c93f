"""The Cipher of CPython. The only file that imports `cryptography`."""

from __future__ import annotations

from collections.abc import Sequence

import cryptography.exceptions
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from positronic.ports import InvalidTag, Sealing


class NativeCipher:
    """AES-256-GCM by OpenSSL."""

    async def seal_many(self, texts: Sequence[Sealing]) -> Sequence[bytes]:
        return [AESGCM(key).encrypt(nonce, text, aad) for key, nonce, text, aad in texts]

    async def open(self, key: bytes, nonce: bytes, sealed: bytes, aad: bytes) -> bytes:
        try:
            return AESGCM(key).decrypt(nonce, sealed, aad)
        except cryptography.exceptions.InvalidTag:
            raise InvalidTag from None
