"""Runs that were under way when the host ended: nobody continues them, and their index says so.

A host keeps runs in memory. Without this they would count as running until their time limit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from positronic.ledger.run_rows import RUNS, IndexedRun
from positronic.ports import Ledger
from positronic.rows import Put
from positronic.run_statuses import INTERRUPTED

AT_ONCE: Final = 500


def note_interrupted(ledger: Ledger, now: int) -> None:
    """Before the first request: no run is under way yet."""
    while ended := _ended(ledger, now):
        ledger.commit(ended, {})


def _ended(ledger: Ledger, now: int) -> Sequence[Put]:
    """Without those that cannot be read, which are in no index afterwards either."""
    runs = map(RUNS.item, ledger.list(RUNS.kind, "running", limit=AT_ONCE))
    readable = (one for one in runs if isinstance(one, IndexedRun))
    return [RUNS.put(replace(one, status=INTERRUPTED, completed_at=now)) for one in readable]
