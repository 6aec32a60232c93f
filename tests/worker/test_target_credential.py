"""`px target credential` for a deployed Worker: real wrangler, a stand-in of Cloudflare."""

from __future__ import annotations

import json
import secrets
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from px.local.scratch import make_scratch
from px.project.workspace import Workspace
from support.cloudflare import Cloudflare, Fault, asks
from support.cloudflare_account import ACCOUNT, Account, Worker
from support.processes import Processes
from support.px_process import Px
from support.schemas import conforms

WORKER: Final = "positronic-secrets"
DEPLOYS: Final = "canary-deploys-" + secrets.token_urlsafe(24)
KEY_ID: Final = "AKIA" + secrets.token_hex(8).upper()
SECRET_KEY: Final = "canary-target-" + secrets.token_urlsafe(24)
KEPT: Final = {"MASTER_KEYS": "canary-kept", "TARGET_PROD_AWS_SESSION_TOKEN": "old"}
TARGET: Final = """
[vars.TARGETS.prod-aws]
type = "aws-secrets-manager"
region = "eu-central-1"
"""
WORDS: Final = ("target", "credential", "prod-aws", "--yes", "--json")
SETTINGS: Final = ["TARGET_PROD_AWS_ACCESS_KEY_ID", "TARGET_PROD_AWS_SECRET_ACCESS_KEY"]


@dataclass(frozen=True)
class Place:
    """A project, and the account that its Worker is in."""

    project: Workspace
    cloudflare: Cloudflare

    @property
    def secrets(self) -> dict[str, str]:
        return self.cloudflare.account.workers[WORKER].secrets

    def run(self) -> subprocess.CompletedProcess[str]:
        return Px(self.project.root, {"CLOUDFLARE_API_BASE_URL": self.cloudflare.url}).run(*WORDS)

    def holders(self) -> list[str]:
        """The files that have the key, but for .env.deploy."""
        left = [path for path in self.project.root.rglob("*") if path.is_file()]
        found = [path.name for path in left if SECRET_KEY.encode() in path.read_bytes()]
        return [name for name in found if name != ".env.deploy"]


@pytest.fixture
def place(project: Workspace, tmp_path: Path) -> Iterator[Place]:
    scratch = make_scratch(project, tmp_path / "project")
    scratch.config.write_text(scratch.config.read_text() + TARGET)
    lines = {
        "CLOUDFLARE_API_TOKEN": DEPLOYS,
        "CLOUDFLARE_ACCOUNT_ID": ACCOUNT,
        "AWS_ACCESS_KEY_ID": KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
    }
    file = scratch.root / ".env.deploy"
    file.touch(mode=0o600)
    file.write_text("".join(f"{name}={text}\n" for name, text in lines.items()))
    account = Account(DEPLOYS, workers={WORKER: Worker(secrets=dict(KEPT))})
    with Cloudflare(account) as cloudflare:
        yield Place(scratch, cloudflare)


def test_it_becomes_secrets_of_the_worker(place: Place) -> None:
    """In one request; an old session's token goes, everything else stays. No process has the key
    in its arguments or its environment, and no file and no output has it."""
    with Processes() as processes:
        done = place.run()

    assert done.returncode == 0, done.stderr
    conforms("target credential", json.loads(done.stdout))
    assert json.loads(done.stdout)["settings"] == SETTINGS
    assert place.secrets == {
        "MASTER_KEYS": "canary-kept",
        **dict(zip(SETTINGS, (KEY_ID, SECRET_KEY), strict=True)),
    }
    (change,) = place.cloudflare.changes()
    assert (change.method, change.path.rpartition("/")[2]) == ("PATCH", "secrets-bulk")
    assert change.authorization == f"Bearer {DEPLOYS}"
    assert SECRET_KEY not in done.stdout + done.stderr
    assert place.holders() == []
    assert processes.with_argument("secret\0bulk"), "we did look while wrangler ran"
    for hidden in (KEY_ID, SECRET_KEY):
        assert processes.with_argument(hidden) + processes.with_environment(hidden) == []


def test_without_the_worker_nothing_is_sent(place: Place) -> None:
    """wrangler would make one."""
    place.cloudflare.account.workers.clear()
    done = place.run()

    assert (done.returncode, json.loads(done.stderr)["code"]) == (1, "no_worker")
    assert place.cloudflare.changes() == []


def test_what_cloudflare_refuses_shows_no_key(place: Place) -> None:
    """Its message repeats what it was sent."""
    place.cloudflare.faults.append(Fault(asks("PATCH", "secrets-bulk"), 400, 10021))
    done = place.run()

    assert done.returncode != 0
    assert place.secrets == KEPT
    assert [one for one in (KEY_ID, SECRET_KEY) if one in done.stdout + done.stderr] == []
    assert place.holders() == []
