"""The snapshot gate: what Cloudflare does with a Python Worker at deploy, done here."""

from __future__ import annotations

import base64
import hashlib
import secrets
import socket
from pathlib import Path
from typing import Final

import httpx
import pytest

from px.local import snapshot
from px.local.bare import BareWorker
from px.local.process_group import group_is_alive
from px.local.runtime_config import GATE, write_config
from px.local.scratch import make_scratch
from px.local.workerd import run_workerd, workerd_command
from px.project.workspace import Workspace
from support.stored import stored
from worker.assembly import assemble_project

FUTURE: Final = "from __future__ import annotations\n"


def with_top_level(project: Workspace, folder: Path, line: str) -> Path:
    """The real Worker, with one more line at its top level; the config."""
    scratch = make_scratch(project, folder)
    entry = scratch.worker / "entry.py"
    entry.write_text(entry.read_text().replace(FUTURE, FUTURE + line + "\n", 1))
    return scratch.config


def test_the_real_worker_passes(project: Workspace, tmp_path: Path) -> None:
    """It is stored, comes back from storage and answers."""
    taken = snapshot.take(project, tmp_path)

    assert taken.stat().st_size > 1_000_000


def test_only_the_very_same_worker_starts_from_what_was_stored(
    project: Workspace, tmp_path: Path
) -> None:
    """Also here: one brain more, and the tests' Workers start as without it."""
    config = assemble_project(tmp_path, {})
    same = stored(config.parent)
    (tmp_path / "worker" / "brains" / "more.py").write_text("")

    assert same
    assert same == stored(project.root)
    assert stored(config.parent) is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("import random; X = random.random()", "outside of request context"),
        ("import os; X = os.urandom(16)", "Randomness is not allowed"),
        ("import js; X = js.Object.new()", "Can't serialize top-level variable"),
        ("import nosuch", "there is no module `nosuch`"),
    ],
)
def test_a_top_level_that_would_fail_at_deploy_is_refused(
    project: Workspace, tmp_path: Path, line: str, reason: str
) -> None:
    """The gate is a check that can fail, and it gives the runtime's reason."""
    config = with_top_level(project, tmp_path / "scratch", line)

    with pytest.raises(snapshot.SnapshotRefused, match="top level cannot be stored") as caught:
        snapshot.check(project, config)

    assert reason in caught.value.message + caught.value.hint


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        (
            {"one.py": 'X = brain("same")', "two.py": 'Y = brain("same")'},
            "brains/one.py and brains/two.py both have a brain with the title 'same'",
        ),
        ({"one.py": "import nosuch"}, "there is no module `nosuch`"),
        (
            {"one.py": 'X = brain("a").step("B", lambda nothing: nothing)'},
            "step 'B': there is nothing to give for the parameter 'nothing'",
        ),
    ],
)
def test_brains_that_cannot_be_served_are_refused(
    project: Workspace, tmp_path: Path, files: dict[str, str], reason: str
) -> None:
    """A deploy would fail, and the Worker that serves stays; the gate says why."""
    scratch = make_scratch(project, tmp_path / "scratch")
    brains = scratch.worker / "brains"
    brains.mkdir(exist_ok=True)
    (brains / "_broken_but_left_out.py").write_text("1 / 0\n")
    for name, line in files.items():
        (brains / name).write_text(f"from positronic import brain\n{line}\n")

    with pytest.raises(snapshot.SnapshotRefused, match="top level cannot be stored") as caught:
        snapshot.check(project, scratch.config)

    assert reason in caught.value.message + caught.value.hint


def test_what_runs_in_the_gate_reaches_no_network(tmp_path: Path) -> None:
    """Not even a service of this machine: in JavaScript, which starts at once."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        address = f"http://127.0.0.1:{server.getsockname()[1]}/"
        script = f"export default {{ async fetch() {{ return await fetch('{address}'); }} }};"
        (tmp_path / "entry.js").write_text(script)
        (tmp_path / "wrangler.toml").write_text(
            'main = "entry.js"\ncompatibility_date = "2026-11-01"\n'
        )
        config = write_config(Workspace(tmp_path), tmp_path, {})
        command = [*workerd_command("test", config), GATE]
        code, said = run_workerd(command, snapshot.SECONDS, "the test")

        assert code
        assert "does not export a fetch() function" in said
        with pytest.raises(BlockingIOError):
            server.accept()


def test_a_worker_that_fails_its_first_request_is_refused(
    project: Workspace, tmp_path: Path
) -> None:
    """A snapshot that was stored but does not answer is no success."""
    scratch = make_scratch(project, tmp_path / "scratch")
    serving = scratch.worker / "positronic" / "cloudflare" / "serving.py"
    serving.write_text(serving.read_text().replace("answer.body.decode() or None", "1 // 0"))

    with pytest.raises(snapshot.SnapshotRefused, match="the Worker"):
        snapshot.check(project, scratch.config)


def test_workerd_alone_serves_the_worker_with_real_kv_from_a_snapshot(
    project: Workspace, tmp_path: Path
) -> None:
    """What the benchmark measures is the real thing: a secret put in is listed."""
    token = secrets.token_urlsafe(32)
    settings = {
        "MASTER_KEYS": f"k1:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        "ROOT_TOKEN_SHA256": hashlib.sha256(token.encode()).hexdigest(),
    }
    taken = snapshot.take(project, tmp_path)
    with BareWorker(project, secrets=settings, snapshot=taken) as worker:
        group = worker.group_id
        with httpx.Client(base_url=worker.url, trust_env=False) as client:
            client.headers["Authorization"] = f"Bearer {token}"
            created = client.post("/secrets", json={"name": "A", "value": "b"})
            listed = client.get("/secrets")

    assert created.status_code == 201
    assert [one["name"] for one in listed.json()["secrets"]] == ["A"]
    assert group is not None
    assert not group_is_alive(group)
