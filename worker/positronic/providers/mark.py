"""What says that a secret at a provider is a copy of ours: nothing else is written or deleted."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from positronic.names import Name, Project

PROJECT: Final = "positronic:project"
TARGET: Final = "positronic:target"


@dataclass(frozen=True, slots=True)
class Mark:
    """`generation`: an id of the project's ledger that no other ledger ever had or gets."""

    project: Project
    target: str
    generation: str

    @property
    def tags(self) -> Mapping[str, str]:
        return {PROJECT: self.project, TARGET: self.target}

    def is_on(self, tags: Mapping[str, object]) -> bool:
        return all(tags.get(key) == value for key, value in self.tags.items())

    def token(self, name: Name, version: int) -> str:
        """A UUID (RFC 9562, version 8) that is the same each time this version is written."""
        # No part can contain the separator, so no two versions have the same text.
        parts = (self.generation, self.project, self.target, name, str(version))
        digest = bytearray(hashlib.sha256("\n".join(parts).encode()).digest()[:16])
        digest[6] = digest[6] & 0x0F | 0x80
        digest[8] = digest[8] & 0x3F | 0x80
        text = digest.hex()
        return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
