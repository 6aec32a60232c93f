"""What is decided about a secret besides its value: fields of its state, which have defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from positronic.ledger.fields import Fields

DAY: Final = 86_400_000  # milliseconds

MAX_NOTE: Final = 500  # characters
MAX_ROTATE_EVERY: Final = 3650  # days
MAX_KEPT_VERSIONS: Final = 100
MAX_KEPT_DAYS: Final = 365


@dataclass(frozen=True, slots=True)
class Policy:
    """`rotate_every` and `keep_days` are whole days; `enforce`: refused once it has expired.

    `keep_versions`: how many versions are kept, with the current one; `keep_days`: for how long a
    deleted secret can be restored.
    """

    note: str | None = None
    expires_at: int | None = None
    rotate_every: int | None = None
    enforce: bool = False
    keep_versions: int = 10
    keep_days: int = 30

    def due(self, sealed_at: int) -> int | None:
        """When the value of that time expires or is to be rotated, whichever is first."""
        every = self.rotate_every
        rotation = None if every is None else sealed_at + every * DAY
        return min((at for at in (self.expires_at, rotation) if at is not None), default=None)


DEFAULT: Final = Policy()


def encode(policy: Policy) -> Mapping[str, object]:
    """Only what is not as the default: most secrets have no policy, and lists read every row."""
    if policy == DEFAULT:
        return {}
    fields = {
        "note": policy.note,
        "expiresAt": policy.expires_at,
        "rotateEvery": policy.rotate_every,
        "enforce": policy.enforce or None,
        "keepVersions": _unless(policy.keep_versions, DEFAULT.keep_versions),
        "keepDays": _unless(policy.keep_days, DEFAULT.keep_days),
    }
    return {key: found for key, found in fields.items() if found is not None}


def decode(fields: Fields) -> Policy:
    """Raises ValueError."""
    versions = fields.optional_number("keepVersions", MAX_KEPT_VERSIONS)
    days = fields.optional_count("keepDays", MAX_KEPT_DAYS)
    return Policy(
        fields.optional_text("note"),
        fields.optional_time("expiresAt"),
        fields.optional_number("rotateEvery", MAX_ROTATE_EVERY),
        fields.flag("enforce"),
        DEFAULT.keep_versions if versions is None else versions,
        DEFAULT.keep_days if days is None else days,
    )


def _unless(number: int, default: int) -> int | None:
    return None if number == default else number
