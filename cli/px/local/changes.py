"""Something on disk that is looked at again and again, and whether it is another than before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Changes(Generic[T]):
    """What `look` finds; what it found when this was made is known already."""

    def __init__(self, look: Callable[[], T]) -> None:
        self._look = look
        self._taken = self._seen = look()

    def changed(self) -> bool:
        """True once for each change, when two looks in turn have found the same."""
        before, self._seen = self._seen, self._look()
        if self._seen != before or self._seen == self._taken:
            return False
        self._taken = self._seen
        return True

    def take(self) -> None:
        """What is there now is known."""
        self._taken = self._seen = self._look()
