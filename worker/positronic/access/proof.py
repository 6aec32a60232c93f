"""How the Worker of `px dev` shows that it is the one, before px sends it a token.

px asks with a random challenge, and the Worker answers with HMAC-SHA256 (RFC 2104) over it and its
own origin, under the root token's SHA-256. Only the Worker and px know that hash, and it is of 256
random bits, so that no answer helps to guess it. The origin is what `px dev` gave the Worker, never
what the request says: whoever listens at another address cannot pass the challenge on. A Worker
that no `px dev` started has no such origin, and proves nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Final

from positronic.sealing.encoding import fields

CHALLENGE: Final = "X-Positronic-Challenge"
PROOF: Final = "X-Positronic-Proof"
SIZE: Final = 32  # bytes of a challenge

_PURPOSE: Final = "positronic local worker proof"
_CHALLENGE: Final = re.compile(rf"[0-9a-f]{{{2 * SIZE}}}")


def prove(token_hash: str, challenge: str, origin: str) -> str:
    """What only who knows the root token's hash can answer to the challenge."""
    message = fields(_PURPOSE, challenge, origin)
    return hmac.digest(token_hash.encode(), message, hashlib.sha256).hex()


def answer_headers(asked: Mapping[str, str], token_hash: str, origin: str) -> dict[str, str]:
    """The proof, if a challenge was sent (names in lower case) and `origin` is set."""
    challenge = asked.get(CHALLENGE.lower(), "")
    if not (origin and token_hash and _CHALLENGE.fullmatch(challenge)):
        return {}
    return {PROOF: prove(token_hash, challenge, origin)}
