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
    told = local.err.read_text()
    assert "Pushed .env.secrets\n" in told
    assert "Pushed .env.secrets: 1 of 2 secrets had changed\n" in told


def test_a_save_writes_only_what_changed(local: LocalProject) -> None:
    """What was changed elsewhere is left as it is, and px dev says so."""
    local.project.env_secrets.write_text("KEPT=one\nLEFT=one\nSAVED=one\n")
    wait_until(lambda: versions(local).get("SAVED") == 1, "the first push")
    local.px.run("secret", "create", "LEFT", "--stdin", stdin=b"elsewhere")
    local.px.run("secret", "policy", "KEPT", "--note", "a policy is no change of the value")
    local.project.env_secrets.write_text("KEPT=one\nLEFT=one\nSAVED=two\n")
    wait_until(lambda: versions(local).get("SAVED") == 2, "the second push")

    told = "Warning: changed elsewhere since .env.secrets was pushed, and left so until its line"
    wait_until(lambda: f"{told} changes: LEFT\n" in local.err.read_text(), "the warning")
    assert {name: versions(local)[name] for name in ("KEPT", "LEFT")} == {"KEPT": 1, "LEFT": 2}


def versions(local: LocalProject) -> dict[str, int]:
    """Of each secret, by its name."""
    listed = json.loads(local.px.run("secret", "list", "--json").stdout)["secrets"]
    return {one["name"]: one["version"] for one in listed}


def test_px_finds_the_local_worker(local: LocalProject) -> None:
    """Below the project, px needs no address and no token, and --json works too."""
    local.px.run("secret", "create", "FOUND", "--stdin", stdin=b"value")
    below = local.project.worker

    done = type(local.px)(below).run("secret", "list", "--json")

    names = [secret["name"] for secret in json.loads(done.stdout)["secrets"]]
    assert (done.returncode, done.stderr) == (0, "")
    assert "FOUND" in names
