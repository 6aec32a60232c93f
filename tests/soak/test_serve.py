"""Sixty kills of px serve under load, each after some thousand calls."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.serve_kills import check, killed_again_and_again

KILLS = 60
CALLS = 2000  # that are answered before each
SEED = 60


@pytest.mark.limit(3600)
def test_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    """As in `make test`, for longer and at other moments."""
    until = killed_again_and_again(
        tmp_path, KILLS, lambda load: load.wait_for(CALLS, seconds=600), SEED
    )
    with until as (load, host):
        check(load, host, tmp_path)
