"""The Cipher of the Workers runtime. The only file that imports `js`."""

from __future__ import annotations

from typing import Any

import js
from pyodide.ffi import JsException, to_js

from positronic.ports import InvalidTag


class WebCryptoCipher:
    """AES-256-GCM by SubtleCrypto: constant time, outside the WASM heap, key not extractable."""

    async def seal(self, key: bytes, nonce: bytes, plaintext: bytes, aad: bytes) -> bytes:
        handle = await _import(key, "encrypt")
        return _bytes(await js.crypto.subtle.encrypt(_gcm(nonce, aad), handle, to_js(plaintext)))

    async def open(self, key: bytes, nonce: bytes, sealed: bytes, aad: bytes) -> bytes:
        handle = await _import(key, "decrypt")
        try:
            return _bytes(await js.crypto.subtle.decrypt(_gcm(nonce, aad), handle, to_js(sealed)))
        except JsException as error:
            if error.name != "OperationError":
                raise
            raise InvalidTag from None


async def _import(key: bytes, usage: str) -> Any:
    return await js.crypto.subtle.importKey("raw", to_js(key), "AES-GCM", False, to_js([usage]))


def _gcm(nonce: bytes, aad: bytes) -> Any:
    return to_js(
        {"name": "AES-GCM", "iv": nonce, "additionalData": aad, "tagLength": 128},
        dict_converter=js.Object.fromEntries,
    )


def _bytes(buffer: Any) -> bytes:
    return bytes(buffer.to_bytes())
