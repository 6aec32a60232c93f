"""`px key rotate` of a deployed Worker: real wrangler against a stand-in of Cloudflare's API."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pexpect import EOF

from px.keys import recovery
from px.keys.recovery_file import RecoveryFile
from px.local.scratch import make_scratch
from px.project.master_key import MasterKey
from px.project.workspace import Workspace
from px.testing.dev_server import TestDevServer
from support.cloudflare import Cloudflare, Fault, asks
from support.cloudflare_account import ACCOUNT, Account, Worker
from support.command_lines import CommandLines
from support.px_process import Px

API_TOKEN = "canary-cloudflare-token"
WORKER = "positronic-secrets"
PASSPHRASE = b"correct horse battery staple"
ROTATE = ("key", "rotate", "--no-recovery-file")
VALUES = {f"N{number:02}": f"value {number}" for number in range(60)}


@dataclass
class Deployed:
    """A project's folder, the Worker, and Cloudflare's side of it."""

    px: Px
    server: TestDevServer
    cloudflare: Cloudflare

    @property
    def calls(self) -> list[tuple[str, str]]:
        """What changed something, or was asked for."""
        return self.cloudflare.calls

    @property
    def secrets(self) -> dict[str, str]:
        """The Worker's."""
        return self.cloudflare.account.workers[WORKER].secrets

    @property
    def started(self) -> Path:
        return self.px.folder / ".px" / "rotation.json"


@pytest.fixture
def deployed(project: Workspace, tmp_path: Path) -> Iterator[Deployed]:
    folder = make_scratch(project, tmp_path / "project").root
    with TestDevServer() as server:
        server.seed(VALUES)
        server.seed(VALUES, "shop")

        def take_up(_: str, worker: Worker) -> None:
            server.configure(
                master_keys=worker.secrets["MASTER_KEYS"],
                next_master_key=worker.secrets.get("MASTER_KEYS_NEXT", ""),
            )

        first = {"MASTER_KEYS": server.service.settings.master_keys, "ROOT_TOKEN_SHA256": "x"}
        account = Account(API_TOKEN, {WORKER: Worker(first)}, changed=take_up)
        with Cloudflare(account) as cloudflare:
            (folder / ".env.deploy").write_text(
                f"CLOUDFLARE_API_TOKEN={API_TOKEN}\nCLOUDFLARE_ACCOUNT_ID={ACCOUNT}\n"
                f"PX_URL={server.url}\nPX_TOKEN={server.token}\n"
            )
            (folder / ".env.deploy").chmod(0o600)
            environment = {"CLOUDFLARE_API_BASE_URL": cloudflare.url}
            yield Deployed(Px(folder, environment), server, cloudflare)


def register(deployed: Deployed) -> None:
    """A project is known from its first change through the API."""
    for name in ("default", "shop"):
        deployed.px.run("secret", "create", "ONE", "--stdin", "--project", name, stdin=b"v")


def test_the_new_key_takes_the_place_of_the_old_one(deployed: Deployed) -> None:
    """One secret put, one bulk with a null, and everything opens under the new key alone."""
    register(deployed)

    done = deployed.px.run(*ROTATE, "--settle", "0.1", "--json")

    assert (done.returncode, done.stderr) == (0, "")
    result = json.loads(done.stdout)
    assert (result["dropped"], result["resealed"], result["projects"]) == (["test"], 124, 2)
    assert result["recoveryFile"] is None
    assert deployed.calls == [("GET", "secrets"), ("PUT", "secrets"), ("PATCH", "secrets-bulk")]
    put, bulk = deployed.cloudflare.asked[1:]
    assert put.body["name"] == "MASTER_KEYS_NEXT"
    assert bulk.body["secrets"]["MASTER_KEYS_NEXT"] is None
    assert bulk.body["secrets"]["MASTER_KEYS"]["text"] == put.body["text"]
    assert put.authorization == f"Bearer {API_TOKEN}"
    assert set(deployed.secrets) == {"MASTER_KEYS", "ROOT_TOKEN_SHA256"}
    for name in ("default", "shop"):
        assert deployed.server.values(name) == VALUES | {"ONE": "v"}
    assert not deployed.started.exists()


def test_no_credential_and_no_key_stands_in_an_argument(deployed: Deployed) -> None:
    """Nor in what px says, nor in a file that it leaves."""
    register(deployed)
    with CommandLines() as lines:
        done = deployed.px.run(*ROTATE)

    seen = b"\n".join(lines.seen)
    key = deployed.secrets["MASTER_KEYS"].partition(":")[2]
    assert b"MASTER_KEYS_NEXT" in seen  # we did look while wrangler ran
    left = [path.read_bytes() for path in deployed.px.folder.glob(".px/**/*") if path.is_file()]
    for hidden in (key, API_TOKEN, deployed.server.token):
        assert hidden.encode() not in seen
        assert hidden not in done.stdout + done.stderr
        assert not [data for data in left if hidden.encode() in data]


def test_a_wrangler_that_fails_is_a_sentence(deployed: Deployed) -> None:
    """Without the key, which Cloudflare's answer repeats; run again, it goes on."""
    register(deployed)
    deployed.cloudflare.faults = [Fault(asks("PUT", "/secrets"), status=400, code=19999)]
    failed = deployed.px.run(*ROTATE)
    begun = json.loads(deployed.started.read_text())
    deployed.cloudflare.faults = []
    again = deployed.px.run(*ROTATE)

    assert failed.returncode == 5
    assert "`wrangler secret put` failed" in failed.stderr
    assert begun["key"] not in failed.stderr
    assert again.returncode == 0
    assert deployed.secrets["MASTER_KEYS"] == f"{begun['keyId']}:{begun['key']}"


def test_ctrl_c_says_that_nothing_is_lost(deployed: Deployed) -> None:
    """Exit code 130, both keys still there, and a second run ends it."""
    register(deployed)
    running = deployed.px.start(*ROTATE, "--settle", "600")
    try:
        assert running.stderr
        assert any(line.startswith("Waiting 600 s") for line in running.stderr)
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=20)
    finally:
        running.kill()
    midway = set(deployed.secrets)
    again = deployed.px.run(*ROTATE)

    assert running.returncode == 130
    assert "no key in use was dropped" in err
    assert "run `px key rotate` again" in err
    assert midway == {"MASTER_KEYS", "MASTER_KEYS_NEXT", "ROOT_TOKEN_SHA256"}
    assert again.returncode == 0
    assert deployed.server.values() == VALUES | {"ONE": "v"}


def test_a_terminal_sees_a_bar(deployed: Deployed) -> None:
    """Elsewhere there are lines."""
    register(deployed)

    child = deployed.px.terminal(*ROTATE)
    child.timeout = 60
    child.expect(EOF)

    assert "re-sealing" in (child.before or "")
    assert "100%" in (child.before or "")


def test_a_worker_without_keys_is_not_made(deployed: Deployed) -> None:
    """`wrangler secret put` makes a Worker that is missing; px looks first."""
    workers = deployed.cloudflare.account.workers
    workers["another"] = workers.pop(WORKER)

    done = deployed.px.run(*ROTATE)

    assert (done.returncode, "has no MASTER_KEYS" in done.stderr) == (1, True)
    assert {method for method, _ in deployed.calls} == {"GET"}
    assert not deployed.started.exists()


def test_a_rotation_begun_elsewhere_is_left_alone(deployed: Deployed) -> None:
    """MASTER_KEYS_NEXT of another machine is not overwritten."""
    other = "other:" + "A" * 43 + "="
    deployed.secrets["MASTER_KEYS_NEXT"] = other
    deployed.server.configure(next_master_key=other)

    done = deployed.px.run(*ROTATE)

    assert (done.returncode, "started elsewhere" in done.stderr) == (1, True)
    assert deployed.secrets["MASTER_KEYS_NEXT"] == other


def recovered(path: Path) -> str:
    """The master key that the file brings back, as MASTER_KEYS spells it."""
    return recovery.unseal(path.read_bytes(), PASSPHRASE.decode()).entry


def test_a_rotation_leaves_a_recovery_file_for_the_new_key(deployed: Deployed) -> None:
    """Without any option; the old key's file has another name, and still opens."""
    register(deployed)
    path = deployed.px.folder / ".px" / f"recovery-{WORKER}.json"
    RecoveryFile(path).write(MasterKey("test", "A" * 43 + "="), WORKER, PASSPHRASE.decode())
    old = path.read_bytes()

    done = deployed.px.run("key", "rotate", "--passphrase-stdin", stdin=PASSPHRASE)

    aside = path.with_name(f"recovery-{WORKER}.test.json")
    assert done.returncode == 0, done.stderr
    assert recovered(path) == deployed.secrets["MASTER_KEYS"]
    assert path.stat().st_mode & 0o777 == 0o600
    assert aside.read_bytes() == old
    assert f".px/recovery-{WORKER}.json and its passphrase restore the new" in done.stderr
    assert f".px/{aside.name} holds the old key" in done.stderr


def test_stopped_before_the_worker_has_the_key_it_is_the_same_file(deployed: Deployed) -> None:
    """Run again, with any passphrase or none at hand: the first file is the key's."""
    register(deployed)
    words = ("key", "rotate", "--passphrase-stdin")
    deployed.cloudflare.faults = [Fault(asks("PUT", "/secrets"), status=400, code=19999)]
    stopped = deployed.px.run(*words, stdin=PASSPHRASE)
    path = deployed.px.folder / ".px" / f"recovery-{WORKER}.json"
    kept = path.read_bytes()
    deployed.cloudflare.faults = []
    again = deployed.px.run(*words, stdin=b"")

    assert (stopped.returncode, again.returncode) == (5, 0), again.stderr
    assert path.read_bytes() == kept
    assert recovered(path) == deployed.secrets["MASTER_KEYS"]


def test_with_nobody_to_ask_nothing_is_changed(deployed: Deployed) -> None:
    """Exit code 2, and what to say instead."""
    done = deployed.px.run("key", "rotate")

    assert (done.returncode, deployed.calls, deployed.server.calls) == (2, [], [])
    assert "--passphrase-stdin, or --no-recovery-file" in done.stderr
    assert not deployed.started.exists()


def test_without_a_recovery_file_an_old_one_is_told_of(deployed: Deployed) -> None:
    """It is not the new key's."""
    register(deployed)
    path = deployed.px.folder / ".px" / f"recovery-{WORKER}.json"
    path.touch(0o600)

    done = deployed.px.run(*ROTATE)

    assert done.returncode == 0
    assert f"{path.name} holds a key that was dropped, not the new one" in done.stderr


def test_a_recovery_file_is_not_overwritten(deployed: Deployed) -> None:
    """Another key's stays, and no key is changed."""
    register(deployed)
    path = deployed.px.folder / "new.json"
    key = MasterKey("k1", "A" * 43 + "=")
    path.write_bytes(
        recovery.seal(key, WORKER, "x", now=datetime.now(UTC), random=os.urandom, cost=1 << 15)
    )
    kept, keys = path.read_bytes(), dict(deployed.secrets)

    words = ("key", "rotate", "--recovery-file", path, "--passphrase-stdin")
    done = deployed.px.run(*words, stdin=PASSPHRASE)

    assert (done.returncode, "already exists" in done.stderr) == (1, True)
    assert path.read_bytes() == kept
    assert deployed.secrets == keys


def test_an_env_deploy_that_others_can_read_is_refused_as_by_a_deploy(deployed: Deployed) -> None:
    """Nothing was changed, and no rotation was begun."""
    (deployed.px.folder / ".env.deploy").chmod(0o644)
    done = deployed.px.run("key", "rotate", "--no-recovery-file", "--json")

    assert (done.returncode, json.loads(done.stderr)["code"]) == (1, "deploy_file_open")
    assert not deployed.started.exists()
