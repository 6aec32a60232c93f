"""Drift: what a provider has of a name now, against what was written there last."""

from __future__ import annotations

from typing import Final

from positronic.ledger.target_rows import Push
from positronic.ports import AtTarget

DUE: Final = "due"
REFUSED: Final = "refused"
MISSING: Final = "missing"
CHANGED: Final = "changed"  # not by us, or not as our ledger knows
FOREIGN: Final = "foreign"  # somebody else's


def drift(push: Push, there: AtTarget | None) -> str | None:
    """None: it is as it has to be."""
    if push.due is not None:
        return DUE
    if push.refused is not None:
        return REFUSED
    if there is None:
        return None if push.version is None else MISSING
    if there.is_ours is False:
        return FOREIGN
    is_known = None not in (there.receipt, push.receipt)
    return CHANGED if is_known and there.receipt != push.receipt else None
