"""A secret's policy as fields of its state. What is as the default is not written."""

from __future__ import annotations

from collections.abc import Mapping

from positronic.ledger.fields import Fields
from positronic.secrets.policy import DEFAULT, MAX_KEPT_DAYS, MAX_KEPT_VERSIONS, Policy


def encode(policy: Policy) -> Mapping[str, object]:
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
        fields.optional_number("rotateEvery"),
        fields.flag("enforce"),
        DEFAULT.keep_versions if versions is None else versions,
        DEFAULT.keep_days if days is None else days,
    )


def _unless(number: int, default: int) -> int | None:
    return None if number == default else number
