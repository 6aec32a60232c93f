"""Counts the calls of other Workers, so that a flood of them cannot fill the audit log."""

from __future__ import annotations

from typing import Final

from positronic.access.audit_throttle import CAPACITY, INTERVAL
from positronic.names import Project
from positronic.ports import Clock

NONE: Final = 0


class ForeignCalls:
    """Since the last event of each project, in this process only."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._counted: dict[Project, tuple[int, int]] = {}  # when an event is due, and the calls

    def one_more(self, project: Project) -> int:
        """How many calls to record in an event now; NONE within a minute of the last event."""
        now = self._clock()
        due, calls = self._counted.pop(project, (now, NONE))
        is_due = due <= now
        self._counted[project] = (now + INTERVAL, NONE) if is_due else (due, calls + 1)
        if len(self._counted) > CAPACITY:
            del self._counted[next(iter(self._counted))]
        return calls + 1 if is_due else NONE
