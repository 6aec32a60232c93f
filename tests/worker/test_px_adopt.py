"""px brings what KV had before there were ledgers: by a command, and by itself under `px dev`."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from px.project.workspace import Workspace
from support.px_process import Px
from support.schemas import conforms
from worker.local_project import run_px_dev
from worker.main_worker import ProjectApi
from worker.old_project import OldProject


@pytest.fixture
def old(api: ProjectApi, other_api: ProjectApi) -> OldProject:
    """A project in KV alone, with a record that does not open and an event that was changed."""
    other_api.put("OTHER", "so that KV's files exist")
    other_api.names()
    found = OldProject(api)
    found.fill()
    found.write(replace(found.entries["a"], text="garbage"), "secret/BAD")
    first = found.entries["first"]
    found.write(replace(first, text=first.text.replace('"A"', '"Z"')))
    return found


def test_px_project_adopt(old: OldProject, px: Px) -> None:
    """What is refused before says which command helps; the command says what was not brought."""
    refused = px.run("secret", "list")
    done = px.run("project", "adopt")
    lines = done.stderr.splitlines()

    assert refused.returncode == 5
    assert "px project adopt" in refused.stderr
    assert (done.returncode, done.stdout) == (1, "")
    where = f"The server is {old.api.worker.client.base_url}".rstrip("/")
    assert lines[0] == f"{where}, project {old.api.project}"
    assert lines[-5:-1] == [
        "6 of 6 entries adopted",
        "Adopted 2 secrets, 1 token and 2 events",
        "not brought: BAD: corrupt record",
        "1 event was changed: see `px audit verify`",
    ]
    assert px.run("secret", "list").stdout.count("\n") == 2
    assert px.run("audit", "verify").returncode == 1, "the changed event"
    again = px.run("project", "adopt").stderr.splitlines()
    earlier = "2 secrets, 1 token and 2 events"
    assert again[1] == f"Nothing to adopt; earlier this project adopted {earlier}"


def test_its_json(old: OldProject, px: Px) -> None:
    """One document, also when there is nothing left to do."""
    first = px.run("project", "adopt", "--json")
    again = px.run("project", "adopt", "--json")
    repaired = px.run("project", "repair", "--json")
    listed = px.run("project", "list", "--json", environment=_no_project(px))

    assert (first.returncode, first.stderr) == (1, "")
    conforms("project adopt", json.loads(first.stdout))
    assert json.loads(first.stdout)["failed"] == [{"name": "BAD", "code": "corrupt_record"}]
    assert again.stdout == first.stdout
    conforms("project repair", json.loads(repaired.stdout))
    assert json.loads(repaired.stdout)["due"] == 2
    conforms("project list", json.loads(listed.stdout))
    assert old.api.project in json.loads(listed.stdout)["projects"]


def _no_project(px: Px) -> dict[str, str]:
    return {name: text for name, text in px.environment.items() if name != "PX_PROJECT"}


def test_px_dev_adopts_by_itself(project: Workspace, tmp_path: Path) -> None:
    """Local KV of a version without ledgers is brought at the start, in one line."""
    with run_px_dev(project, tmp_path / "older") as older:
        assert older.px.run("secret", "create", "OLD", "--value", "value").returncode == 0
        older.kv.wait_for("default/secret/OLD")
    before = older.project

    def as_it_was(after: Workspace) -> None:
        shutil.copy2(before.dev_vars, after.dev_vars)
        shutil.copytree(before.state / "v3" / "kv", after.state / "v3" / "kv")

    with run_px_dev(project, tmp_path / "newer", as_it_was) as newer:
        assert newer.names() == {"OLD"}
        told = newer.err.read_text().splitlines()
    assert told.count("Adopted local KV: 1 secret, 0 tokens and 0 events") == 1
