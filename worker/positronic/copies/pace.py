"""When copies begin. Many of them hold up what comes meanwhile, such as the rest of an import."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

QUIET: Final = 150  # milliseconds without a change, after which many copies begin
MOST: Final = 13  # times that they wait for it: about two seconds, whatever the clock does


@dataclass(slots=True)
class Pace:
    """`last`: a ledger's last change, in milliseconds; `waits`: how often many waited since."""

    last: int = 0
    waits: int = 0

    def changed(self, now: int) -> None:
        """Copies are due."""
        self.last = now

    def wait(self, now: int, *, are_many: bool) -> int:
        """Milliseconds until it is asked again; 0: copies begin now."""
        if are_many and self.waits < MOST and now < self.last + QUIET:
            self.waits += 1
            return QUIET
        self.waits = 0
        return 0

    def following(self, at: int, now: int) -> int:
        """When the next step begins, which is due at `at`: changes come in between."""
        return max(at, now + QUIET if now < self.last + QUIET else now)
