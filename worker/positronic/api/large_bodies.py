"""How many large bodies a host takes at once for one project: they are held whole in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from positronic.errors import RateLimited
from positronic.names import Project

AT_ONCE: Final = 2  # bodies of 8 MiB beside each other, and what is parsed from them
RETRY_AFTER: Final = 2  # seconds


class LargeBodies:
    """Counts them, from the first byte to the answer."""

    def __init__(self) -> None:
        self._counts: Counter[Project] = Counter()

    @contextmanager
    def seat(self, project: Project) -> Iterator[None]:
        """Raises RateLimited when there are AT_ONCE already."""
        if self._counts[project] >= AT_ONCE:
            raise RateLimited(
                f"{AT_ONCE} large requests are under way in this project; nothing was done",
                headers={"Retry-After": str(RETRY_AFTER)},
            )
        self._counts[project] += 1
        try:
            yield
        finally:
            self._counts[project] -= 1
            if not self._counts[project]:
                del self._counts[project]
