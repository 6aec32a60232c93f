"""`px serve` under load, killed again and again: nothing that was acknowledged is lost."""

from __future__ import annotations

from pathlib import Path

from support.serve_kills import check, killed_again_and_again

KILLS = 3
CALLS = 120  # that are answered before each
SEED = 4711


def test_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    """Eight callers: values, deletions, versions and audit events are as they were answered."""
    with killed_again_and_again(tmp_path, KILLS, lambda load: load.wait_for(CALLS), SEED) as (
        load,
        host,
    ):
        check(load, host, tmp_path)

    assert load.count > KILLS * CALLS
    assert sum(load.lost.values()) > 0
