"""`px logs` of the Worker on this machine: what px dev has kept, and what it writes now."""

from __future__ import annotations

import json
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from px.local import kept_log
from px.project import owner_only
from support.px_in_process import PxInProcess
from support.px_process import Px
from support.schemas import conforms


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """The file of a project's px dev, which is not there yet."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "wrangler.toml").write_text('name = "shop"\n[env.staging]\nname = "shop-staging"\n')
    return owner_only.make_folder(project / ".px") / "worker.ndjson"


@pytest.fixture
def local(here: PxInProcess, kept: Path) -> PxInProcess:
    """px in that project."""
    return replace(here, folder=kept.parents[1])


def add(file: Path, *messages: str, level: str = "log") -> None:
    """As wrangler_dev.mjs does."""
    with file.open("a") as lines:
        for message in messages:
            entry = {"time": 1_800_000_000_000, "level": level, "message": message}
            lines.write(json.dumps(entry) + "\n")


def test_the_newest_lines_are_shown_oldest_first(local: PxInProcess, kept: Path) -> None:
    """Out of both files; px dev's own too; what is not as px writes it is left out."""
    add(kept_log.older(kept), "one", "two")
    add(kept, "three")
    with kept.open("a") as file:
        file.write('not json\n{"level": 1}\n[]\n{"level": "log", "message": "cut')
    kept_log.keep(kept, "lost behind what was cut off")
    kept_log.keep(kept, "Restarted the Worker: its code changed")

    done = local.run("logs", "--local", "--limit", "3")

    cells = [line.split("\t") for line in done.stdout.splitlines()]
    assert (done.returncode, done.stderr) == (0, "")
    assert [cell[1:] for cell in cells] == [
        ["log", "two"],
        ["log", "three"],
        ["px", "Restarted the Worker: its code changed"],
    ]
    assert cells[0][0] == "2027-01-15T08:00:00.000Z"


def test_json_is_a_document_a_line(local: PxInProcess, kept: Path) -> None:
    """Also where a message has several lines."""
    add(kept, "Traceback:\n  line 1", level="error")

    (line,) = local.run("logs", "--local", "--json").stdout.splitlines()

    conforms("logs", json.loads(line))
    assert json.loads(line)["message"] == "Traceback:\n  line 1"


def test_an_environment_has_lines_of_its_own(local: PxInProcess, kept: Path) -> None:
    add(kept, "production's")
    add(kept.with_name("worker.staging.ndjson"), "staging's")

    found = [local.run("--env", one, "logs", "--local").stdout for one in ("production", "staging")]

    assert [text.split("\t")[2] for text in found] == ["production's\n", "staging's\n"]


def test_before_the_first_px_dev_it_says_so(local: PxInProcess) -> None:
    done = local.run("logs", "--local")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == ("error: px dev has not run in this folder\nhint: start it: `px dev`\n")


def test_what_is_no_file_of_ones_own_is_not_read(local: PxInProcess, kept: Path) -> None:
    """A named pipe would keep px waiting."""
    os.mkfifo(kept)

    for words in (["logs", "--local"], ["logs", "--local", "--follow"]):
        assert "not a regular file" in local.run(*words).stderr


def test_follow_shows_new_lines_across_a_change_of_files(kept: Path) -> None:
    """Each once and in order; Ctrl-C ends it without a word."""
    add(kept, "before", "newest")
    running = Px(kept.parents[1]).start("logs", "--local", "--follow", "--limit", "1")
    try:
        assert running.stdout
        first = running.stdout.readline()
        with kept.open("a") as file:
            file.write('{"time": 1, "level": "warn", "mess')
            file.flush()
            file.write('age": "in two pieces"}\n')
        second = running.stdout.readline()
        add(kept, "the last of this file")
        kept.rename(kept_log.older(kept))
        add(kept, "the first of the next")
        more = [running.stdout.readline() for _ in range(2)]
        running.send_signal(signal.SIGINT)
        rest, talk = running.communicate(timeout=60)
    finally:
        running.kill()
        running.wait()

    shown = [line.rstrip("\n").split("\t")[2] for line in (first, second, *more)]
    assert shown == ["newest", "in two pieces", "the last of this file", "the first of the next"]
    assert (running.returncode, rest) == (130, "")
    assert talk == "px dev is not running in this folder; waiting for it. Ctrl-C ends this.\n"


def test_follow_waits_for_a_px_dev_that_was_never_started(kept: Path) -> None:
    running = Px(kept.parents[1]).start("logs", "--local", "--follow")
    try:
        assert running.stdout
        assert running.stderr
        assert running.stderr.readline().startswith("px dev is not running in this folder")
        add(kept, "first")

        assert running.stdout.readline().endswith("\tfirst\n")
    finally:
        running.kill()
        running.communicate()


def test_which_worker_is_the_one_that_other_commands_would_ask(
    local: PxInProcess, kept: Path
) -> None:
    """After a deploy the deployed one; --local and --remote choose."""
    add(kept, "local line")
    settings = kept.parents[1] / ".env.deploy"
    settings.touch(mode=0o600)
    settings.write_text("PX_URL=https://shop.example\nPX_TOKEN=a-token\n")
    alone = replace(local, environment={})

    deployed = alone.run("logs")
    chosen = alone.run("logs", "--local")
    both = alone.run("logs", "--local", "--remote")

    assert (deployed.returncode, "cannot be read here" in deployed.stderr) == (2, True)
    assert "local line" in chosen.stdout
    assert both.returncode == 2
