"""`px key rotate` of the real Worker that `px dev` runs: it ends, also when it is killed midway."""

from __future__ import annotations

import json
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from px.project import dev_vars
from px.project.local_state import read_local
from px.project.workspace import Workspace
from support.schemas import conforms
from worker.local_project import run_px_dev
from worker.rotation_project import Rotating

COUNT = 150
RETRYABLE = {429, 502, 503}


@pytest.fixture(scope="module")
def rotating(project: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rotating]:
    """`px dev` in a scratch project with two projects' secrets and tokens."""
    with run_px_dev(project, tmp_path_factory.mktemp("rotate")) as local:
        found = Rotating(local)
        found.fill(COUNT)
        yield found


def assert_whole(rotating: Rotating) -> None:
    """.dev.vars has one key, under which everything opens; the tokens open the Worker."""
    assert len(rotating.key_ids) == 1
    opened = rotating.opened()
    for project, values in rotating.values.items():
        assert opened[project].items() >= values.items()
    assert rotating.statuses() == {200}


def test_everything_opens_under_the_new_key_alone(rotating: Rotating) -> None:
    """Both projects' values and tokens; the old key is gone, and so is px's note of the new one."""
    before = rotating.key_ids

    done = rotating.local.px.run("key", "rotate", "--json")

    assert (done.returncode, done.stderr) == (0, "")
    result = json.loads(done.stdout)
    conforms("key rotate", result)
    assert result["dropped"] == before
    assert result["resealed"] >= 2 * COUNT + 2
    assert rotating.key_ids == [result["key"]]
    assert not (rotating.local.project.private / "rotation.json").exists()
    assert rotating.local.project.dev_vars.stat().st_mode & 0o777 == 0o600
    assert_whole(rotating)


def test_killed_midway_it_goes_on(rotating: Rotating) -> None:
    """SIGKILL after the first records: both keys are there, and a second run ends it."""
    before = rotating.key_ids
    running = rotating.local.px.start("key", "rotate")
    try:
        assert running.stderr
        lines = iter(running.stderr.readline, "")
        assert any("re-sealed" in line for line in lines)
    finally:
        running.send_signal(signal.SIGKILL)
        running.communicate(timeout=20)
    midway = rotating.key_ids
    kept = json.loads((rotating.local.project.private / "rotation.json").read_text())

    done = rotating.local.px.run("key", "rotate")

    assert midway == [kept["keyId"], *before]
    assert done.returncode == 0, done.stderr
    assert "Continuing the rotation" in done.stderr
    assert rotating.key_ids == [kept["keyId"]]
    assert_whole(rotating)


def test_reads_and_writes_go_on_meanwhile(rotating: Rotating) -> None:
    """No request fails but with a code that says to ask again, and no write is lost."""
    with use(rotating) as (answers, written):
        done = rotating.local.px.run("key", "rotate")

    assert done.returncode == 0, done.stderr
    assert answers[200]
    assert answers[201]
    assert set(answers) <= {200, 201} | RETRYABLE
    rotating.values["default"] |= written
    assert_whole(rotating)


def test_no_key_and_no_token_is_left_behind(rotating: Rotating) -> None:
    """Not in px's words, nor in the Worker's log, nor in a file but the two that are for it."""
    local = rotating.local
    done = local.px.run("key", "rotate")
    key = dev_vars.read_keys(local.project)[0].partition(":")[2]

    said = done.stdout + done.stderr + local.out.read_text() + local.err.read_text()
    holders = [path for path in files(local.project.root) if key.encode() in path.read_bytes()]
    assert key not in said
    assert holders == [local.project.dev_vars]


def files(folder: Path) -> list[Path]:
    """Every file, without what is linked in."""
    return [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]


@contextmanager
def use(rotating: Rotating) -> Iterator[tuple[Counter[int], dict[str, str]]]:
    """A writer and a lister; the statuses they got, and what was written for certain."""
    known = read_local(rotating.local.project.local_json)
    assert known
    answers: Counter[int] = Counter()
    written: dict[str, str] = {}
    over = threading.Event()
    headers = {"Authorization": f"Bearer {known.token}"}

    def run() -> None:
        with httpx.Client(
            base_url=known.url, headers=headers, trust_env=False, timeout=60
        ) as client:
            for number in range(100_000):
                if over.is_set():
                    return
                answers[client.get("/secrets").status_code] += 1
                name = f"DEFAULT_{number % COUNT}"
                value = f"new value {number}"
                sent = {"name": name, "value": value}
                status = client.post("/secrets", json=sent).status_code
                answers[status] += 1
                if status == 201:
                    written[name] = value

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield answers, written
    finally:
        over.set()
        thread.join()
