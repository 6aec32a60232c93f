"""A policy in a secret's row: what differs from the default, and nothing for most secrets."""

from __future__ import annotations

from dataclasses import asdict
from typing import Final

from positronic.ledger.fields import Fields
from positronic.policy import DEFAULT, Policy

_FIELDS: Final = {
    "note": str,
    "expires_at": int,
    "rotate_every": int,
    "enforce": bool,
    "keep_versions": int,
    "keep_days": int,
}
_DEFAULTS: Final = asdict(DEFAULT)


def policy_field(policy: Policy) -> dict[str, object]:
    if policy == DEFAULT:
        return {}
    fields = asdict(policy).items()
    return {"policy": {name: found for name, found in fields if found != _DEFAULTS[name]}}


def read_policy(fields: Fields) -> Policy:
    """Raises ValueError, TypeError, KeyError."""
    found = fields.anything("policy")
    return DEFAULT if found is None else policy_of(found)


def policy_of(found: object, before: Policy = DEFAULT) -> Policy:
    """The policy with these fields in place of its own. Raises ValueError, TypeError, KeyError."""
    if not isinstance(found, dict):
        raise TypeError("not an object")
    for name, one in found.items():
        is_absent = one is None and _DEFAULTS[name] is None
        if type(one) is not _FIELDS[name] and not is_absent:
            raise ValueError(name)
    return Policy(**{**asdict(before), **found})
