"""The Journal of a single-process host, and how long every journal remembers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from positronic.ports import Clock

KEPT: Final = 600_000  # milliseconds: ten times the longest lag that KV documents
GONE: Final = 0


def secret_key(name: str) -> str:
    """A secret's key in a journal."""
    return f"secret/{name}"


def token_key(token_id: str) -> str:
    """A token's key in a journal."""
    return f"token/{token_id}"


class MemoryJournal:
    """Lasts as long as the process, like its in-memory store."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._changes: dict[str, tuple[int, int]] = {}

    def note(self, versions: Mapping[str, int]) -> None:
        now = self._clock()
        self._changes = {key: one for key, one in self._changes.items() if one[1] > now - KEPT}
        self._changes |= {key: (version, now) for key, version in versions.items()}

    def last(self, key: str) -> int | None:
        return self.recent().get(key)

    def recent(self) -> Mapping[str, int]:
        now = self._clock()
        return {key: version for key, (version, at) in self._changes.items() if at > now - KEPT}
