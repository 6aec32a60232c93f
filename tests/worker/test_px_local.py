"""px in a project where `px dev` runs: they find each other through .px/local.json."""

from __future__ import annotations

import json

from support.waiting import wait_until
from worker.local_project import LocalProject


def test_env_secrets_is_pushed_and_again_when_it_changes(local: LocalProject) -> None:
    """What .env.secrets holds is in the Worker soon after it was written, each time."""
    local.project.env_secrets.write_text("PUSHED_FIRST=one\n")
    wait_until(lambda: "PUSHED_FIRST" in local.names(), "the first push")
    local.project.env_secrets.write_text("PUSHED_FIRST=one\nPUSHED_SECOND=two\n")
    wait_until(lambda: "PUSHED_SECOND" in local.names(), "the second push")

    assert {"PUSHED_FIRST", "PUSHED_SECOND"} <= local.names()
    assert local.err.read_text().count("Pushed .env.secrets\n") >= 2


def test_px_finds_the_local_worker(local: LocalProject) -> None:
    """Below the project, px needs no address and no token, and --json works too."""
    local.px.run("secret", "create", "FOUND", "--stdin", stdin=b"value")
    below = local.project.worker

    done = type(local.px)(below).run("secret", "list", "--json")

    names = [secret["name"] for secret in json.loads(done.stdout)["secrets"]]
    assert (done.returncode, done.stderr) == (0, "")
    assert "FOUND" in names
