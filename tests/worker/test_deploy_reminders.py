"""`px deploy` with a webhook: real wrangler, a stand-in of Cloudflare, the upload running."""

from __future__ import annotations

import json
import re
import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from px.project.workspace import Workspace, node
from px.tools.place import current
from support.source import ROOT
from worker.deploying import Deploying, deploying

CRONS = ["17 * * * *"]
URL = "https://hooks.example/reminders"
SECRET = "canary-" + secrets.token_hex(24)
EMPTY = 'REMINDER_URL = ""'

_READ_CONFIG = """\
const { unstable_readConfig } = require(process.argv[1]);
const found = unstable_readConfig({ config: process.argv[2], env: "staging" });
console.log(JSON.stringify(found.triggers));
"""


@pytest.fixture
def world(project: Workspace, tmp_path: Path) -> Iterator[Deploying]:
    with deploying(project, tmp_path) as found:
        yield found


def point_to(world: Deploying, url: str) -> None:
    config = world.project.config
    text = config.read_text()
    assert EMPTY in text
    config.write_text(text.replace(EMPTY, f"REMINDER_URL = {json.dumps(url)}"))


def test_the_secret_goes_up_as_one_and_the_schedule_is_set(world: Deploying) -> None:
    """With the code, in no output and no file but .env.deploy; a dry run says so before."""
    point_to(world, URL)
    world.write_settings(PX_URL=world.edge.url, REMINDER_SECRET=SECRET)
    planned = world.deploy("--dry-run")
    done = world.deploy("--no-checks")
    left = [path for path in world.project.root.rglob("*") if path.is_file()]

    assert "would set REMINDER_SECRET" in planned.stdout
    assert done.returncode == 0, world.said
    assert "with MASTER_KEYS and ROOT_TOKEN_SHA256 and REMINDER_SECRET" in done.stderr
    assert world.worker.secrets["REMINDER_SECRET"] == SECRET
    assert world.worker.crons == CRONS
    variables = {one["name"]: one.get("text") for one in world.worker.bindings}
    assert variables["REMINDER_URL"] == URL
    assert SECRET not in "".join(world.said)
    holders = [path.name for path in left if SECRET.encode() in path.read_bytes()]
    assert holders == [world.deploy_file.name]


@pytest.mark.parametrize(
    ("url", "secret", "code", "said"),
    [
        (URL, "", 1, "wrangler.toml has a REMINDER_URL, but there is no REMINDER_SECRET"),
        ("http://hooks.example/", SECRET, 2, "REMINDER_URL must start with https://"),
        ("http://127.0.0.1:8000/", SECRET, 2, "REMINDER_URL must start with https://"),
        (URL, "too-short", 2, "REMINDER_SECRET must have 32 to 256"),
        ("", "too-short", 2, "REMINDER_SECRET must have 32 to 256"),
    ],
    ids=["no secret", "not https", "this machine", "a short secret", "a short secret, no address"],
)
def test_what_the_worker_would_refuse_changes_nothing(
    world: Deploying, url: str, secret: str, code: int, said: str
) -> None:
    """Said before anything goes up, with what to do."""
    point_to(world, url)
    world.write_settings(PX_URL=world.edge.url, REMINDER_SECRET=secret)
    done = world.deploy()

    assert done.returncode == code
    assert f"error: {said}" in done.stderr
    assert "nothing was changed" in done.stderr
    assert world.cloudflare.changes() == []


@pytest.mark.usefixtures("project")
def test_every_environment_has_the_schedule(tmp_path: Path) -> None:
    """wrangler passes it on to an environment, as it does with no variable and no binding."""
    text = (ROOT / "wrangler.toml").read_text()
    config = tmp_path / "wrangler.toml"
    config.write_text(text + '\n[env.staging]\nname = "staging"\n')
    words = [str(node()), "-e", _READ_CONFIG, str(current().wrangler_library()), str(config)]
    done = subprocess.run(words, capture_output=True, text=True, check=True, cwd=tmp_path)

    (line,) = re.findall(r"^\{.*\}$", done.stdout, re.MULTILINE)
    assert json.loads(line) == {"crons": CRONS}
