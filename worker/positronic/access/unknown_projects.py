"""The projects that nobody has written to, as far as this process knows: tokens of them are wrong.

So somebody who makes up tokens of one project causes one call to a ledger a minute. A project that
somebody else just created here or elsewhere may be refused that long, but never root's calls.
"""

from __future__ import annotations

from typing import Final

from positronic.names import Project

REMEMBERED: Final = 60_000  # milliseconds
CAPACITY: Final = 1_000


class UnknownProjects:
    """Outlives a request. `now` is in milliseconds."""

    def __init__(self) -> None:
        self._asked: dict[Project, int] = {}

    def has(self, project: Project, now: int) -> bool:
        asked = self._asked.get(project)
        return asked is not None and 0 <= now - asked < REMEMBERED

    def add(self, project: Project, now: int) -> None:
        """Its ledger has just said that nobody wrote to it."""
        self._asked.pop(project, None)
        self._asked[project] = now
        if len(self._asked) > CAPACITY:
            del self._asked[next(iter(self._asked))]

    def discard(self, project: Project) -> None:
        """Somebody writes to it."""
        self._asked.pop(project, None)
