"""Message authentication codes for what is stored in clear: tokens and audit events.

HMAC-SHA256 (RFC 2104) with a key derived from a master key: anyone who can write to the store but
has no master key can neither forge an entry nor change one unnoticed.
"""

from __future__ import annotations

import hmac
from enum import StrEnum
from functools import cache

from positronic.errors import UnknownKey
from positronic.ports import Signature
from positronic.sealing.encoding import fields
from positronic.sealing.envelope import KEY_ID
from positronic.sealing.keyring import Keyring


class Verdict(StrEnum):
    """Whether an entry is as it was signed."""

    INTACT = "intact"
    CHANGED = "changed"
    UNKNOWN_KEY = "unknown_key"  # the Worker does not have the key that it names


class Signer:
    """Signs for one purpose; signatures for other purposes are not valid."""

    def __init__(self, keyring: Keyring, purpose: str) -> None:
        self._keyring = keyring
        self._info = _info(purpose)

    @property
    def key_id(self) -> str:
        """The key that `sign` uses."""
        return self._keyring.newest

    def holds(self, key_id: str) -> bool:
        """Whether `verify` has this key."""
        return key_id in self._keyring

    def sign(self, *parts: str) -> Signature:
        return self._under(self._keyring.newest, parts)

    def verify(self, signature: Signature, *parts: str) -> Verdict:
        """In constant time. An id that no key can have counts as changed."""
        if not KEY_ID.fullmatch(signature.key_id):
            return Verdict.CHANGED
        try:
            expected = self._under(signature.key_id, parts)
        except UnknownKey:
            return Verdict.UNKNOWN_KEY
        except OverflowError:
            return Verdict.CHANGED  # a part is too long for `fields`, so nobody signed it
        intact = hmac.compare_digest(expected.mac.encode(), signature.mac.encode())
        return Verdict.INTACT if intact else Verdict.CHANGED

    def _under(self, key_id: str, parts: tuple[str, ...]) -> Signature:
        key = self._keyring.purpose_key(key_id, self._info)
        return Signature(key_id, hmac.digest(key, fields(*parts), "sha256").hex())


@cache
def _info(purpose: str) -> bytes:
    return fields(f"positronic {purpose} mac")
