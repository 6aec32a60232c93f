"""The key that signs one project's events: its own, so that they survive a change of master key.

HMAC-SHA256 (RFC 2104). The key is drawn for the project's first commit and kept in its ledger,
sealed under a master key.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from positronic.ports import Signature
from positronic.sealing.encoding import fields
from positronic.sealing.envelope import KEY_ID
from positronic.sealing.signing import Verdict

SIZE: Final = 32  # bytes
EVENT: Final = "event"
TRIMMED: Final = "trimmed"

_ID: Final = b"positronic audit key id"
_MAC: Final = "positronic audit mac"


@dataclass(frozen=True)
class AuditKey:
    """`secret`: 32 random bytes."""

    secret: bytes = field(repr=False)

    @cached_property
    def id(self) -> str:
        """Made from the key, so that no other key has it; it shows nothing of the key."""
        digest = hmac.digest(self.secret, _ID, "sha256")
        return f"audit-{digest.hex()[:16]}"

    def sign(self, purpose: str, *parts: str) -> Signature:
        message = fields(_MAC, purpose, *parts)
        return Signature(self.id, hmac.digest(self.secret, message, "sha256").hex())


def verify(key: AuditKey | None, signature: Signature, purpose: str, *parts: str) -> Verdict:
    """In constant time. Under another key, or without one, nothing can be checked."""
    if not KEY_ID.fullmatch(signature.key_id):
        return Verdict.CHANGED  # no key has such an id
    if key is None or signature.key_id != key.id:
        return Verdict.UNKNOWN_KEY
    try:
        expected = key.sign(purpose, *parts)
    except OverflowError:
        return Verdict.CHANGED  # a part is too long for `fields`, so nobody signed it
    intact = hmac.compare_digest(expected.mac.encode(), signature.mac.encode())
    return Verdict.INTACT if intact else Verdict.CHANGED
