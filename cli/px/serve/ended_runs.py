"""Runs that were under way when the host ended: nobody continues them, and their index says so.

Without this they would count as running until their time limit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from positronic.ledger.run_rows import RUNS, IndexedRun
from positronic.ports import Ledger
from positronic.rows import Put
from positronic.run_statuses import INTERRUPTED
from positronic.runs.record import RunRecord

AT_ONCE: Final = 500


def note_interrupted(ledger: Ledger, now: int, ended_now: Mapping[str, RunRecord]) -> None:
    """Before the first request: no run is under way yet. `ended_now`: those that are known."""
    while ended := _ended(ledger, now, ended_now):
        ledger.commit(ended, {})


def _ended(ledger: Ledger, now: int, known: Mapping[str, RunRecord]) -> Sequence[Put]:
    """Without those that cannot be read, which are in no index afterwards either."""
    runs = map(RUNS.item, ledger.list(RUNS.kind, "running", limit=AT_ONCE))
    readable = (one for one in runs if isinstance(one, IndexedRun))
    return [RUNS.put(_with_end(one, known.get(one.id), now)) for one in readable]


def _with_end(run: IndexedRun, known: RunRecord | None, now: int) -> IndexedRun:
    if known is None:
        return replace(run, status=INTERRUPTED, completed_at=now)
    return replace(run, status=known.status, completed_at=known.completed_at)
