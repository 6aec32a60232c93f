"""Which secrets a target gets, and which version of each it has to have."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from positronic.ledger.secret_rows import STATES, SecretState
from positronic.ledger.target_rows import SwitchedOn
from positronic.ports import Ledger
from positronic.rows import Row


def live_secrets(ledger: Ledger, one: SwitchedOn, after: str | None, limit: int) -> Sequence[Row]:
    """The states of its secrets that are there now, by name, after this one."""
    if one.names is None:
        low = one.prefix or " "
        high = f"{low[:-1]}{chr(ord(low[-1]) + 1)}"
        start = None if after is None else (after, after)
        return ledger.list(STATES.kind, "live", start, limit, low=low, high=high)
    rest = one.names[0 if after is None else bisect_right(one.names, after) :]
    rows = ledger.get(STATES.kind, rest)
    found = [rows[name] for name in rest if name in rows]
    return [row for row in found if row.keys[0] is not None][:limit]


def wanted_version(one: SwitchedOn, state: SecretState | None, now: int) -> int | None:
    """None: nothing of it, for it is deleted, no longer readable, or not for this target."""
    if state is None or not state.is_live or state.policy.refuses(now):
        return None
    return state.metadata.version if one.selects(state.name) else None
