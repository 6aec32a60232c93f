"""When copies begin. Many of them hold up what comes meanwhile, such as the rest of an import."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

QUIET: Final = 150  # milliseconds without a change, after which many copies begin
LONGEST: Final = 2_000  # milliseconds after which they begin in any case


@dataclass(slots=True)
class Pace:
    """Of one ledger, in milliseconds. `first`: the change since which copies have not begun."""

    first: int | None = None
    last: int = 0

    def changed(self, now: int) -> None:
        """Copies are due since now."""
        if self.first is None:
            self.first = now
        self.last = now

    def wait(self, now: int, *, are_many: bool) -> int:
        """Until it is asked again; 0: copies begin now."""
        first = now if self.first is None else self.first
        if are_many and now < min(self.last + QUIET, first + LONGEST):
            return QUIET
        self.first = None
        return 0

    def following(self, at: int, now: int) -> int:
        """When the next step begins, which is due at `at`: changes come in between."""
        return max(at, now + QUIET if now < self.last + QUIET else now)
