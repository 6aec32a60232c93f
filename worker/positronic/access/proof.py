"""How the Worker of `px dev` proves its identity before px sends it a token.

px sends a random challenge, and the Worker answers with HMAC-SHA256 (RFC 2104) over it and its own
origin, keyed with the root token's SHA-256. Only the Worker and px know that hash, and no answer
helps to guess it, because the token has 256 random bits. The origin is what `px dev` gave the
Worker, never what the request says, so a server at another address cannot relay the challenge. A
Worker that was not started by `px dev` has no such origin and proves nothing.
"""

from __future__ import annotations

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
    """The answer to the challenge, which takes the root token's hash to compute."""
    message = fields(_PURPOSE, challenge, origin)
    return hmac.digest(token_hash.encode(), message, "sha256").hex()


def answer_headers(asked: Mapping[str, str], token_hash: str, origin: str) -> dict[str, str]:
    """The proof, if a challenge was sent (names in lower case) and `origin` is set."""
    challenge = asked.get(CHALLENGE.lower(), "")
    if not (origin and token_hash and _CHALLENGE.fullmatch(challenge)):
        return {}
    return {PROOF: prove(token_hash, challenge, origin)}
