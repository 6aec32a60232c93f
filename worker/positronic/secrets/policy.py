"""What is to become of a secret apart from its value: its end, its rotation, what is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Final, NamedTuple

from positronic import times
from positronic.quick_dataclass import quick_dataclass

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


@quick_dataclass(frozen=True, slots=True)
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
            found.append(Due(min(sealed_at + self.rotate_every * times.DAY, times.LAST), ROTATE))
        return min(found, default=None)

    def expired_at(self, now: int) -> int | None:
        """When it expired; None: it has not."""
        return self.expires_at if self.expires_at is not None and self.expires_at <= now else None

    def refuses(self, now: int) -> bool:
        """Whether nobody may read the value any more."""
        return self.enforce and self.expired_at(now) is not None

    @property
    def ends_at(self) -> int | None:
        """When nobody may read the value any more; None: never."""
        return self.expires_at if self.enforce else None

    @property
    def is_copied(self) -> bool:
        """Whether KV has a copy: nothing there could be kept from being read after its end."""
        return self.ends_at is None


def is_note(text: str) -> bool:
    """Whether it is one line that a terminal can show as it is."""
    return 1 <= len(text) <= MAX_NOTE and text.isprintable()


def changed(policy: Policy, fields: Mapping[str, object]) -> Policy:
    """The policy with these fields in place of its own. Raises ValueError, TypeError, KeyError."""
    for name, one in fields.items():
        is_absent = one is None and _DEFAULTS[name] is None
        if type(one) is not _TYPES[name] and not is_absent:
            raise ValueError(name)
    found = Policy(**{**asdict(policy), **fields})
    is_right = (
        (found.note is None or is_note(found.note))
        and (found.expires_at is None or 0 < found.expires_at <= times.LAST)
        and (found.rotate_every is None or 1 <= found.rotate_every <= MAX_ROTATE_EVERY)
        and 1 <= found.keep_versions <= MAX_KEPT_VERSIONS
        and 0 <= found.keep_days <= MAX_KEPT_DAYS
    )
    if not is_right:
        raise ValueError("no policy is like this")
    return found


DEFAULT: Final = Policy()

_DEFAULTS: Final = asdict(DEFAULT)
_TYPES: Final = {
    "note": str,
    "expires_at": int,
    "rotate_every": int,
    "enforce": bool,
    "keep_versions": int,
    "keep_days": int,
}
