"""The Cipher of the Workers runtime: SubtleCrypto, called by `aes_gcm.mjs`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from pyodide.ffi import JsException, to_js
from workers import import_from_javascript

from positronic.ports import InvalidTag, Sealing
from positronic.script_names import script_name

_SCRIPT: Final = script_name("positronic/ciphers/aes_gcm.mjs")


class WebCryptoCipher:
    """AES-256-GCM by SubtleCrypto: constant time, outside the WASM heap, key not extractable."""

    async def seal(self, key: bytes, nonce: bytes, plaintext: bytes, aad: bytes) -> bytes:
        return (await self.seal_many([(key, nonce, plaintext, aad)]))[0]

    async def seal_many(self, texts: Sequence[Sealing]) -> Sequence[bytes]:
        return await _each("encrypt", texts)

    async def open(self, key: bytes, nonce: bytes, sealed: bytes, aad: bytes) -> bytes:
        try:
            return (await _each("decrypt", [(key, nonce, sealed, aad)]))[0]
        except JsException as error:
            if error.name != "OperationError":
                raise
            raise InvalidTag from None


async def _each(use: str, texts: Sequence[Sealing]) -> Sequence[bytes]:
    parts = [part for key, nonce, text, aad in texts for part in (key, nonce, aad, text)]
    return [bytes(one.to_bytes()) for one in await _script().each(use, to_js(parts))]


@cache
def _script() -> Any:
    """Inside a request, since no JavaScript is imported at the top level."""
    return import_from_javascript(_SCRIPT)
