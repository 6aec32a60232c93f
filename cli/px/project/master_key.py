"""A master key, written in MASTER_KEYS as `id:base64(32 bytes)`."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from positronic.errors import NotConfigured
from positronic.sealing.keyring import Keyring

KEY_SIZE: Final = 32


@dataclass(frozen=True, slots=True)
class MasterKey:
    """One key; its repr shows the id."""

    id: str
    encoded: str = field(repr=False)

    @property
    def entry(self) -> str:
        """The key's entry in MASTER_KEYS."""
        return f"{self.id}:{self.encoded}"


def make(today: date, random: Callable[[int], bytes]) -> MasterKey:
    """A new key with a unique id.

    The date is not enough: a key that seals nothing is not listed, and a second key with its id
    would stop the Worker; and audit signatures name the ids of keys dropped long ago.
    """
    return MasterKey(f"k{today:%Y%m%d}-{random(3).hex()}", b64encode(random(KEY_SIZE)).decode())


def parse(entry: str) -> MasterKey:
    """Parses an entry of MASTER_KEYS. Raises ValueError without the text."""
    key_id, _, encoded = entry.partition(":")
    try:
        if Keyring(entry).newest != key_id or not encoded:
            raise ValueError
    except NotConfigured:
        raise ValueError from None
    return MasterKey(key_id, encoded)
