"""The Worker is killed at random moments under load: each bulk is there whole, or not at all.

`make soak` does the same fifty times more.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from px.project.workspace import Workspace
from worker import kills

RUNS = 5  # of kills.KILLS each: ten kills


@pytest.mark.parametrize("run", range(RUNS))
def test_each_bulk_is_whole(project: Workspace, tmp_path: Path, run: int) -> None:
    """After each kill and restart: whole bulks, the answered ones among them, each with its event,
    and KV equal to the ledger by the alarm alone."""
    kills.kill_and_check(project, tmp_path, run)
