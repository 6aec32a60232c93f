"""Fifty kills of the Worker under load, each at another moment than those of `make test`."""

from __future__ import annotations

from pathlib import Path

import pytest

from px.project.workspace import Workspace
from worker import kills

FIRST_SEED = 1000
RUNS = 50 // kills.KILLS


@pytest.mark.parametrize("run", range(RUNS))
def test_each_bulk_is_whole(project: Workspace, tmp_path: Path, run: int) -> None:
    """After each kill and restart, bulks are whole, and events, ledger and KV agree."""
    kills.kill_and_check(project, tmp_path, FIRST_SEED + run)
