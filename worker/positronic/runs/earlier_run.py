"""Reads an earlier run for a rerun, page by page, never all of its text at once."""

from __future__ import annotations

import json

from positronic.brains import Replay
from positronic.errors import NotFound
from positronic.names import Project
from positronic.runs.directory import RunDirectory
from positronic.runs.record import RunRecord


async def earlier(runs: RunDirectory, project: Project, run_id: str) -> tuple[RunRecord, Replay]:
    """Raises NotFound, also if the run is deleted meanwhile."""
    told, after = Replay(), 0
    while page := await runs.kept(project, run_id, after):
        record, events = page
        if not events:
            return record, told
        for event in events:
            told.take(json.loads(event.text))
        after = events[-1].number
    raise NotFound("there is no run with this id")
