"""A host's runs in a file: kept, found in their own project only, and trimmed."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from pathlib import Path

import pytest

from positronic.http.request import Response
from positronic.names import Project
from positronic.run_statuses import COMPLETE, INTERRUPTED
from positronic.runs.record import KeptEvent, RunRecord, new_id
from positronic.runs.run import Run
from px.errors import Usage
from px.serve import run_file
from px.serve.run_file import FILE, MOST, FileRunLog, RunFile

SHOP = Project("shop")
RECORD = RunRecord(SHOP, new_id(os.urandom), "daily", 1000, "request", None, time_limit=60)
NOW = 5000


def opened(folder: Path) -> RunFile:
    return RunFile(folder / FILE, lambda: NOW, os.urandom)


def log_of(file: RunFile, record: RunRecord) -> FileRunLog:
    return FileRunLog(file._file, f"{record.project}/{record.id}")


def stored(folder: Path, record: RunRecord = RECORD) -> RunFile:
    """As another process left it, with two events."""
    file = opened(folder)
    log = log_of(file, record)
    log.save(record)
    for number in (1, 2):
        log.put(KeptEvent(number, f'{{"type": "number {number}", "options": {{}}}}'))
    file.close()
    return opened(folder)


def kept(file: RunFile, project: Project, run_id: str) -> tuple[str, list[int]] | None:
    found = asyncio.run(file.kept(project, run_id, 0))
    return found and (found[0].status, [event.number for event in found[1]])


def test_a_run_is_in_its_own_project(tmp_path: Path) -> None:
    """With its events, in another process."""
    ended = replace(RECORD, status=COMPLETE, completed_at=2000)
    file = stored(tmp_path, ended)

    assert kept(file, SHOP, ended.id) == (COMPLETE, [1, 2])
    assert kept(file, Project("other"), ended.id) is None
    assert file.end_all() == {}


def test_what_nobody_continues_has_ended(tmp_path: Path) -> None:
    """Once; what had not started is gone."""
    file = stored(tmp_path)
    never = replace(RECORD, id=new_id(os.urandom), is_started=False)
    log_of(file, never).save(never)

    found = file.end_all()
    assert [(one.id, one.status, one.completed_at) for one in found.values()] == [
        (RECORD.id, INTERRUPTED, NOW)
    ]
    assert file.end_all() == {}
    assert log_of(file, never).load() is None


def test_a_run_that_cannot_be_read_stops_no_host(tmp_path: Path) -> None:
    """It is gone."""
    file = stored(tmp_path)
    for number, text in enumerate(("{}", "5", "[" * 200_000)):
        file._file.run("INSERT INTO runs VALUES (?, ?, NULL)", f"shop/{number}", text)

    assert [*file.end_all()] == [RECORD.id]
    assert file._file.run("SELECT COUNT(*) FROM runs") == [(1,)]


def test_old_runs_go(tmp_path: Path) -> None:
    """With their events: those that ended before, and all but the newest."""
    file = opened(tmp_path)
    for at in range(MOST + 5):
        one = replace(RECORD, id=f"{at:032x}", status=COMPLETE, completed_at=at)
        log_of(file, one).save(one)
        log_of(file, one).put(KeptEvent(1, "{}"))
    file.trim(0)
    left = [number for (number,) in file._file.run("SELECT ended FROM runs ORDER BY ended")]
    assert left == list(range(5, MOST + 5))
    file.trim(MOST)

    for query in ("SELECT COUNT(*) FROM runs", "SELECT COUNT(*) FROM events"):
        assert file._file.run(query) == [(5,)]


def ended_run(file: RunFile, project: str, at: int, event: str = "{}") -> str:
    """One that ends now, as the host's do; its id."""
    one = replace(RECORD, project=Project(project), id=f"{at:032x}")
    log = file._run(f"{project}/{one.id}").event_log
    log.open(one)
    log.append({"type": "x", "options": event})
    log.change(status=COMPLETE, completed_at=at)
    return f"{project}/{one.id}"


def left_in(file: RunFile) -> list[str]:
    return [key for (key,) in file._file.run("SELECT id FROM runs ORDER BY ended")]


def test_no_run_is_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each end of a run makes room, without waiting for the hourly sweep."""
    monkeypatch.setattr(run_file, "MOST", 3)
    file = opened(tmp_path)
    keys = [ended_run(file, "shop", at) for at in range(5)]

    assert left_in(file) == keys[2:]
    assert file._file.run("SELECT COUNT(*) FROM events") == [(3,)]


def test_whoever_has_most_makes_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project that fills the file costs no other one its runs; one that goes on stays."""
    monkeypatch.setattr(run_file, "LARGEST", 10_000)
    file = stored(tmp_path)
    small = ended_run(file, "other", 1)
    keys = [ended_run(file, "loud", at, "y" * 3000) for at in range(2, 12)]
    last = ended_run(file, "other", 12)

    assert left_in(file) == [f"shop/{RECORD.id}", small, *keys[-3:], last]


def test_a_file_gets_smaller(tmp_path: Path) -> None:
    """What trimming frees goes back to the disk; a file of a px serve before this has its sizes."""
    file = opened(tmp_path)
    for at in range(20):
        ended_run(file, "shop", at, "y" * 50_000)
    size = (tmp_path / FILE).stat().st_size
    file._file.run("DROP TABLE sizes")
    file.close()
    file = opened(tmp_path)
    assert file._file.run("SELECT COUNT(*), MIN(bytes) > 50000 FROM sizes") == [(20, 1)]
    file.trim(19)

    assert (tmp_path / FILE).stat().st_size < size / 5


def test_all_have_the_same_run_while_it_is_asked_for(tmp_path: Path) -> None:
    """One that is just starting must not be found in the file as one that nobody continues."""
    file = opened(tmp_path)

    async def both() -> None:
        seen: list[Run] = []

        async def inner(run: Run) -> Response:
            seen.append(run)
            return Response(200)

        async def outer(run: Run) -> Response:
            await file.at(SHOP, new_id(os.urandom), inner)
            await file.at(SHOP, run.id, inner)
            assert seen[-1] is run
            return Response(201)

        await file.at(SHOP, None, outer)
        await file.at(SHOP, seen[-1].id, inner)
        assert seen[-1] is not seen[-2], "what has ended stays in memory"

    asyncio.run(both())


def test_a_file_that_is_none(tmp_path: Path) -> None:
    """It is said, and what is lost without it."""
    (tmp_path / FILE).write_bytes(b"no database" * 1000)

    with pytest.raises(Usage, match=r"runs\.sqlite in the data folder cannot be used"):
        opened(tmp_path)
