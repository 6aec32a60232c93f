"""Limits the audit events of refused tokens, so that guesses cannot fill the log."""

from __future__ import annotations

from typing import Final

from positronic.ports import Clock

INTERVAL: Final = 60_000  # milliseconds
CAPACITY: Final = 1_000  # ids remembered


class AuditThrottle:
    """Remembers recent events in this process only."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._noted: dict[str, int] = {}

    def allows(self, token_id: str) -> bool:
        """Whether to record an event for this id: the first one in each INTERVAL."""
        now = self._clock()
        if now - self._noted.get(token_id, -INTERVAL) < INTERVAL:
            return False
        self._noted.pop(token_id, None)
        self._noted[token_id] = now
        if len(self._noted) > CAPACITY:
            del self._noted[next(iter(self._noted))]
        return True
