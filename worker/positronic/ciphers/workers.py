"""The Cipher of the Workers runtime: its node:crypto, called by `aes_gcm.mjs`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import accumulate, pairwise
from typing import Any, Final, NamedTuple

import pydantic_core
from pyodide.ffi import to_js
from workers import import_from_javascript

from positronic.ports import InvalidTag, Sealing
from positronic.script_names import script_name
from positronic.sealing.envelope import TAG_SIZE

_SCRIPT: Final = script_name("positronic/ciphers/aes_gcm.mjs")


class _Functions(NamedTuple):
    seal: Any
    open: Any


class WorkersCipher:
    """AES-256-GCM by BoringSSL: constant time, outside the WASM heap."""

    @staticmethod
    def prepare() -> None:
        """Imports its JavaScript: inside a request, since none is imported at the top level."""
        _functions()

    async def seal_many(self, texts: Sequence[Sealing]) -> Sequence[bytes]:
        parts = [part for key, nonce, text, aad in texts for part in (key, nonce, aad, text)]
        lengths = pydantic_core.to_json([*map(len, parts)]).decode()
        sealed = memoryview(_functions().seal(to_js(b"".join(parts)), lengths).to_bytes())
        ends = list(accumulate(len(text) + TAG_SIZE for _, _, text, _ in texts))
        return [bytes(sealed[start:end]) for start, end in pairwise([0, *ends])]

    async def open(self, key: bytes, nonce: bytes, sealed: bytes, aad: bytes) -> bytes:
        opened = _functions().open(to_js(b"".join((key, nonce, aad, sealed))), len(aad))
        if opened is None:
            raise InvalidTag
        text: bytes = opened.to_bytes()
        return text


@cache
def _functions() -> _Functions:
    script = import_from_javascript(_SCRIPT)
    return _Functions(script.seal, script.open)
