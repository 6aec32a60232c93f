"""What is to become of a secret apart from its value: its end, its rotation, what is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

DAY: Final = 86_400_000  # milliseconds
MAX_NOTE: Final = 500  # characters
MAX_ROTATE_EVERY: Final = 3_650  # days
MAX_KEPT_VERSIONS: Final = 100
MAX_KEPT_DAYS: Final = 365
KEPT_VERSIONS: Final = 10
KEPT_DAYS: Final = 30

EXPIRES: Final = "expires"
ROTATE: Final = "rotate"


class Due(NamedTuple):
    """`at` in milliseconds; `why`: EXPIRES or ROTATE."""

    at: int
    why: str


@dataclass(frozen=True, slots=True)
class Policy:
    """It is the name's: a new value changes nothing of it.

    `expires_at` in milliseconds; `rotate_every` in days; `enforce`: an expired secret is not read.
    `keep_versions`: of a name, with the current one; `keep_days`: how long a deleted one is kept.
    """

    note: str | None = None
    expires_at: int | None = None
    rotate_every: int | None = None
    enforce: bool = False
    keep_versions: int = KEPT_VERSIONS
    keep_days: int = KEPT_DAYS

    def due(self, sealed_at: int) -> Due | None:
        """What is to be done first with a value of that time; None: nothing, ever."""
        found: list[Due] = []
        if self.expires_at is not None:
            found.append(Due(self.expires_at, EXPIRES))
        if self.rotate_every is not None:
            found.append(Due(sealed_at + self.rotate_every * DAY, ROTATE))
        return min(found, default=None)

    def is_expired(self, now: int) -> bool:
        return self.expires_at is not None and self.expires_at <= now

    def refuses(self, now: int) -> bool:
        """Whether nobody may read the value any more."""
        return self.enforce and self.is_expired(now)

    @property
    def is_copied(self) -> bool:
        """Whether KV has a copy: nothing there could be kept from being read after its end."""
        return not (self.enforce and self.expires_at is not None)


DEFAULT: Final = Policy()
