"""What is left of a run when its time is over: nothing."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from px.project.workspace import Workspace
from support.waiting import wait_until
from worker.brain_worker import Brains, brain_project
from worker.main_worker import ProjectApi

MONTH = 31 * 24 * 3600 * 1000


def test_a_run_is_forgotten(project: Workspace, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A run that ended a month ago is gone with its events; one of today stays."""
    served = brain_project(project, tmp_path_factory.mktemp("old"))
    with served.serve() as (_, worker):
        brains = Brains(ProjectApi(worker, "old"))
        brains.api.put("KEY", "value-of-the-key")
        old, new = (brains.ran("many", initialState={"number": n}) for n in range(2))
        state = worker.state
    changed = age(state, old["brainRunId"])
    with served.serve() as (_, worker):
        brains = Brains(ProjectApi(worker, "old"))
        # Looking at it lets its object notice how late it is.
        brains.api.call("GET", f"/brains/runs/{old['brainRunId']}")
        wait_until(lambda: status(brains, old["brainRunId"]) == 404, "the old run to be forgotten")
        left = status(brains, new["brainRunId"])

    assert changed == 1
    assert left == 200
    assert not any(old["brainRunId"] in text for text in records(state))


def status(brains: Brains, run_id: str) -> int:
    return brains.api.call("GET", f"/brains/runs/{run_id}").status_code


def age(state: Path, run_id: str) -> int:
    """Sets a run's end a month back, where it lies on disk; how many were."""
    changed = 0
    for path in files(state):
        with closing(sqlite3.connect(path)) as database, database:
            for (text,) in database.execute("SELECT record FROM run").fetchall():
                if run_id in text:
                    found = json.loads(text)
                    found["completed_at"] -= MONTH
                    database.execute("UPDATE run SET record = ?", (json.dumps(found),))
                    changed += 1
    return changed


def records(state: Path) -> list[str]:
    found = []
    for path in files(state):
        with closing(sqlite3.connect(path)) as database:
            found += [text for (text,) in database.execute("SELECT record FROM run")]
    return found


def files(state: Path) -> list[Path]:
    """The SQLite files of runs that have their tables."""
    found = []
    for path in state.rglob("*BrainRun/*.sqlite"):
        with closing(sqlite3.connect(path)) as database:
            if database.execute("SELECT 1 FROM sqlite_master WHERE name = 'run'").fetchone():
                found.append(path)
    return found
