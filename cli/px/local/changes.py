"""Watches something on disk for changes, by polling."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Changes(Generic[T]):
    """Watches the result of `look`, starting from its first one."""

    def __init__(self, look: Callable[[], T]) -> None:
        self._look = look
        self._taken = self._seen = look()

    def changed(self) -> bool:
        """True once for each change, after two equal looks in a row."""
        before, self._seen = self._seen, self._look()
        if self._seen != before or self._seen == self._taken:
            return False
        self._taken = self._seen
        return True

    def take(self) -> None:
        """Treats the current state as known."""
        self._taken = self._seen = self._look()
