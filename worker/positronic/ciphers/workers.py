"""The Cipher of the Workers runtime: its node:crypto, called by `aes_gcm.mjs`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from pyodide.ffi import to_js
from workers import import_from_javascript

from positronic.ports import InvalidTag, Sealing
from positronic.script_names import script_name

_SCRIPT: Final = script_name("positronic/ciphers/aes_gcm.mjs")


class WorkersCipher:
    """AES-256-GCM by BoringSSL: constant time, outside the WASM heap."""

    async def seal(self, key: bytes, nonce: bytes, plaintext: bytes, aad: bytes) -> bytes:
        return (await self.seal_many([(key, nonce, plaintext, aad)]))[0]

    async def seal_many(self, texts: Sequence[Sealing]) -> Sequence[bytes]:
        return [one.to_bytes() for one in _script().seal(_parts(texts))]

    async def open(self, key: bytes, nonce: bytes, sealed: bytes, aad: bytes) -> bytes:
        opened = _script().open(_parts([(key, nonce, sealed, aad)]))[0]
        if opened is None:
            raise InvalidTag
        text: bytes = opened.to_bytes()
        return text


def _parts(texts: Sequence[Sealing]) -> Any:
    return to_js([part for key, nonce, text, aad in texts for part in (key, nonce, aad, text)])


@cache
def _script() -> Any:
    """Inside a request, since no JavaScript is imported at the top level."""
    return import_from_javascript(_SCRIPT)
