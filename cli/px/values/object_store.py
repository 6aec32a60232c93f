"""What a provider has to do for values to be kept there: texts by path, each written once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol


class ObjectStore(Protocol):
    """A part of a provider that is ours, below a path; each call waits. Raises StoreFailed."""

    def create(self, path: str, text: str) -> bool:
        """With our mark; false, and nothing is changed, if something is there already."""
        ...

    def read(self, path: str) -> str | None:
        """None: it is not there."""
        ...

    def paths(self) -> Iterable[str]:
        """What is there, also what others put there; it may lag."""
        ...

    def delete(self, path: str) -> None:
        """For good, and only what has our mark; idempotent."""
        ...


@dataclass(frozen=True, slots=True)
class ValueLimits:
    """Which values a provider takes. `provider`: its name for people."""

    provider: str
    max_bytes: int
    takes_braces: bool = True

    def refusal(self, text: str) -> str | None:
        """Why it cannot take this value, as the end of a sentence; None: it can."""
        size = len(text.encode())
        if size > self.max_bytes:
            return f"has {size:,} bytes, and {self.provider} takes at most {self.max_bytes:,}"
        if not self.takes_braces and "{{" in text:
            return f"contains {{{{, which {self.provider} refuses"
        return None
