"""`px deploy` says no: one sentence, what to do, its exit code, and nothing changed anywhere."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pexpect import EOF

from positronic.access.tokens import mint_root
from px.keys.passphrase import ATTEMPTS
from px.local.port import free_port
from px.project import owner_only
from px.project.unfinished_deploy import UnfinishedDeploy
from px.project.workspace import Workspace
from px.testing.dev_server import TestDevServer
from px.tools.place import Tools, current
from support.cloudflare import Cloudflare, Fault, asks
from support.cloudflare_account import Account, Worker
from support.px_process import Px
from worker.deploying import PASSPHRASE, WORKER, Deploying, deploying

OURS = {"MASTER_KEYS": "k1:" + "A" * 43 + "=", "ROOT_TOKEN_SHA256": "0" * 64}


@pytest.fixture
def world(project: Workspace, tmp_path: Path) -> Iterator[Deploying]:
    with deploying(project, tmp_path) as found:
        yield found
        assert found.cloudflare.changes() == []


def made(world: Deploying) -> list[str]:
    """What px keeps for a deploy that has begun."""
    return [path.name for path in (world.recovery_file, world.started) if path.exists()]


def test_without_credentials_nobody_is_asked(world: Deploying) -> None:
    """Usage: the variable and the file are named."""
    world.deploy_file.unlink()

    done = world.deploy()

    assert done.returncode == 2
    assert "error: px needs CLOUDFLARE_API_TOKEN to change a deployed Worker" in done.stderr
    assert "set it in .env.deploy; .env.deploy.example shows how" in done.stderr
    assert world.cloudflare.asked == []


def test_a_wrong_token_is_not_allowed(world: Deploying) -> None:
    """Exit code 4, the permissions that it needs, and no half a deploy on disk."""
    world.account.token = "another"

    done = world.deploy()

    assert done.returncode == 4
    assert "error: Cloudflare does not accept the API token\n" in done.stderr
    assert "Workers KV Storage: Edit" in done.stderr
    assert world.token not in done.stderr
    assert made(world) == []


def test_offline_is_said(world: Deploying) -> None:
    """Exit code 3."""
    nowhere = {"CLOUDFLARE_API_BASE_URL": f"http://127.0.0.1:{free_port()}"}

    done = Px(world.project.root, nowhere).run("deploy", "--no-recovery-file", "--json")

    assert done.returncode == 3
    assert json.loads(done.stderr) == {
        "error": "Cloudflare cannot be reached",
        "code": "not_reached",
        "hint": "check the network, and HTTPS_PROXY if there is a proxy",
    }


@pytest.mark.parametrize("name", [".env", ".env.local"])
def test_a_file_of_the_checkout_does_not_draw_the_token_elsewhere(
    world: Deploying, name: str
) -> None:
    """wrangler alone would read Cloudflare's address from it, and send the token there."""
    with Cloudflare(Account(world.token)) as elsewhere:
        (world.project.root / name).write_text(f"CLOUDFLARE_API_BASE_URL={elsewhere.url}\n")
        nowhere = {"HTTPS_PROXY": f"http://127.0.0.1:{free_port()}"}

        done = Px(world.project.root, nowhere).run("deploy", "--dry-run")

        assert done.returncode == 3, done.stderr
        assert elsewhere.asked == []


def test_somebody_elses_worker_is_not_overwritten(world: Deploying) -> None:
    """A Worker of that name without our secrets; --adopt takes it over."""
    world.account.workers[WORKER] = Worker({"THEIRS": "x"})

    done = world.deploy()
    adopted = world.deploy("--adopt", "--dry-run")

    assert done.returncode == 1
    assert f"the account has a Worker {WORKER} that px did not create" in done.stderr
    assert made(world) == []
    assert adopted.returncode == 0
    assert f"would update the Worker {WORKER}\nwould create a master key\n" in adopted.stdout


def test_a_root_token_that_is_not_here_is_not_replaced_unasked(world: Deploying) -> None:
    """The Worker has one: px tells both ways on, and with --new-root-token plans no new key."""
    world.account.workers[WORKER] = Worker(dict(OURS))

    done = world.deploy()
    asked = world.deploy("--new-root-token", "--dry-run", "--json")

    assert done.returncode == 1
    assert "the Worker has a root token that is not in .px/root.json" in done.stderr
    assert "px deploy --new-root-token" in done.stderr
    assert json.loads(asked.stdout) == {
        "worker": WORKER,
        "created": False,
        "masterKeyMade": False,
        "rootTokenMade": True,
        "dryRun": True,
    }


def test_code_that_asks_for_a_missing_secret_does_not_go_up(
    world: Deploying, server: TestDevServer
) -> None:
    """File and line, before anything is uploaded; with the secret there, or allowed, it would."""
    world.account.workers[WORKER] = Worker(dict(OURS))
    world.write_settings(PX_URL=server.url, PX_TOKEN=server.token)
    brain = world.project.worker / "brains" / "asks.py"
    brain.write_text('async def ask(secrets):\n    return await secrets.get("API_KEY")\n')

    refused = world.deploy("--json")
    allowed = world.deploy("--allow-missing", "--dry-run")
    server.seed({"API_KEY": "x"})
    complete = world.deploy("--dry-run")

    error = json.loads(refused.stderr)
    [detail] = error["details"]
    assert (refused.returncode, error["code"]) == (1, "missing_secrets")
    assert (detail["file"], detail["line"]) == ("worker/brains/asks.py", 2)
    assert "warning: the code asks for secrets that are not at" in allowed.stderr
    assert (allowed.returncode, complete.returncode) == (0, 0)
    assert made(world) == []


def test_the_passphrase_is_typed_twice_and_not_shown(world: Deploying) -> None:
    """On a terminal: without an echo; two that differ are asked again, and make no file."""
    child = world.px.terminal("deploy")
    child.timeout = 60
    for _ in range(ATTEMPTS):
        child.expect_exact("(hidden): ")
        child.sendline(PASSPHRASE)
        child.expect_exact("Repeat the passphrase (hidden): ")
        child.sendline(PASSPHRASE + "?")
    child.expect(EOF)
    child.close()

    assert child.exitstatus == 1
    assert "the two passphrases differ" in (child.before or "")
    assert PASSPHRASE not in (child.before or "")
    assert made(world) == []


def test_ctrl_c_at_the_passphrase_changes_nothing(world: Deploying) -> None:
    """Exit code 130, and that is what it says."""
    child = world.px.terminal("deploy")
    child.timeout = 60
    child.expect_exact("(hidden): ")
    child.sendintr()
    child.expect(EOF)
    child.close()

    assert child.exitstatus == 130
    assert "interrupted; nothing was changed at Cloudflare" in (child.before or "")
    assert made(world) == []


def test_a_key_that_somebody_makes_while_one_types_is_not_replaced(world: Deploying) -> None:
    """px looks once more before it writes anything, and leaves nothing behind."""
    child = world.px.terminal("deploy")
    child.timeout = 60
    child.expect_exact("(hidden): ")
    world.account.workers[WORKER] = Worker(dict(OURS))
    child.sendline(PASSPHRASE)
    child.expect_exact("Repeat the passphrase (hidden): ")
    child.sendline(PASSPHRASE)
    child.expect(EOF)
    child.close()

    assert child.exitstatus == 1
    assert f"somebody else deployed {WORKER} just now" in (child.before or "")
    assert made(world) == []


def test_a_token_that_never_left_is_not_taken_for_the_workers(world: Deploying) -> None:
    """A deploy of ours died before the upload, and somebody else's went through meanwhile."""
    world.account.workers[WORKER] = Worker(dict(OURS))
    UnfinishedDeploy(world.project, WORKER).write(mint_root(os.urandom), sent=False)

    done = world.deploy()

    assert (done.returncode, "the Worker has a root token" in done.stderr) == (1, True)


def test_a_recovery_file_in_the_way_is_never_overwritten(world: Deploying) -> None:
    """Not even when it makes no sense: it may be the only copy of a key."""
    world.recovery_file.write_text("{}")

    done = world.deploy()
    none = world.deploy("--no-recovery-file")

    assert (done.returncode, none.returncode) == (1, 1)
    assert "not a px recovery file, or it is damaged" in done.stderr
    assert "already exists" in none.stderr
    assert world.recovery_file.read_text() == "{}"


def test_a_worker_that_would_not_start_is_not_deployed(world: Deploying) -> None:
    """The snapshot gate stands before the upload, and gives the runtime's reason."""
    entry = world.project.worker / "entry.py"
    line = "from __future__ import annotations\n"
    entry.write_text(entry.read_text().replace(line, f"{line}import os; X = os.urandom(1)\n", 1))

    done = world.deploy()

    assert done.returncode == 1
    assert "the state of the Worker's top level cannot be stored" in done.stderr
    assert "Randomness is not allowed" in done.stderr
    assert made(world) == []


def test_a_second_deploy_at_once_is_refused(world: Deploying) -> None:
    """One project deploys once at a time."""
    with owner_only.locked(world.project.private / "deploy.lock"):
        done = world.deploy()

    assert (done.returncode, "another `px deploy` is running" in done.stderr) == (1, True)
    assert world.cloudflare.asked == []


def test_a_changed_tool_gets_no_token(world: Deploying, tmp_path: Path) -> None:
    """wrangler is not started: whoever changed it would have the account."""
    copy = Tools(tmp_path / "px" / "tools" / current().folder.name)
    shutil.copytree(current().folder, copy.folder, symlinks=True)
    with copy.wrangler().open("a") as script:
        script.write("//")

    elsewhere = {"XDG_CACHE_HOME": str(tmp_path)}
    done = world.px.run("deploy", "--no-recovery-file", environment=elsewhere)

    assert done.returncode == 1
    assert "node_modules/wrangler/bin/wrangler.js was changed" in done.stderr
    assert world.cloudflare.asked == []


def test_a_dry_run_reads_and_changes_nothing(world: Deploying) -> None:
    """At Cloudflare nor here; the credentials may stand in the environment alone."""
    world.deploy_file.unlink()
    before = {path: path.stat().st_mtime_ns for path in world.project.root.iterdir()}

    done = world.px.run(
        "deploy",
        "--dry-run",
        environment={"CLOUDFLARE_API_TOKEN": world.token, "CLOUDFLARE_ACCOUNT_ID": "a" * 32},
    )

    assert done.stdout == (
        f"would create the Worker {WORKER}\nwould create a master key\nwould create a root token\n"
    )
    assert done.stderr == "Nothing was changed.\n"
    assert {path: path.stat().st_mtime_ns for path in world.project.root.iterdir()} | {
        world.project.private: 0
    } == before | {world.project.private: 0}
    assert made(world) == []


ANOTHERS = {
    "its name": {"PX_WORKER": "other"},
    "its account": {"PX_WORKER": f"{WORKER}@{'b' * 32}"},
    "its address": {"PX_URL": "https://other.me.workers.dev"},
    "nothing, at a domain of one's own": {"PX_URL": "https://secrets.example.dev"},
}


@pytest.mark.parametrize("settings", ANOTHERS.values(), ids=ANOTHERS)
def test_a_second_worker_does_not_take_the_first_ones_root_token(
    world: Deploying, settings: dict[str, str]
) -> None:
    """From one checkout: the file is the first one's, however that is known."""
    token = mint_root(os.urandom)
    world.write_settings(**{"PX_URL": "https://secrets.example.dev", "PX_TOKEN": token, **settings})
    before = world.deploy_file.read_bytes()

    for options in ((), ("--new-root-token",), ("--dry-run",)):
        done = world.deploy(*options)

        assert done.returncode == 1
        assert "belongs to " in done.stderr
        assert "nothing was changed" in done.stderr
        assert token not in done.stderr
    assert world.deploy_file.read_bytes() == before
    assert made(world) == []


def test_a_second_worker_does_not_take_a_token_that_is_on_its_way(world: Deploying) -> None:
    """The first one's deploy was broken off, and .px/deploy.json is the only place that has it."""
    UnfinishedDeploy(world.project, "other").write(mint_root(os.urandom), sent=True)
    before = world.started.read_bytes()

    done = world.deploy()

    assert (done.returncode, world.started.read_bytes()) == (1, before)
    assert "a deploy of other was started here and has not finished" in done.stderr
    assert world.cloudflare.asked == []


REFUSALS = {
    "no permission for Workers": (
        Fault(asks("PUT", WORKER), 403, 10023, "workers.api.error.unauthorized"),
        4,
        "`Workers Scripts: Edit`",
    ),
    "no permission for KV": (
        Fault(asks("GET", "/namespaces"), 403, 10000, "Authentication error"),
        4,
        "`Workers KV Storage: Edit`",
    ),
    "too large": (
        Fault(asks("PUT", WORKER), 400, 10027, "Your Worker exceeded the size limit of 3 MiB."),
        1,
        "the Worker is larger than its plan allows",
    ),
    "objects without SQLite": (
        Fault(asks("PUT", WORKER), 400, 10097, "you must use new_sqlite_classes"),
        1,
        "Durable Objects need SQLite on the free plan",
    ),
    "maintenance": (
        Fault(asks("GET", "/secrets"), 503, 10998, "down for maintenance"),
        5,
        "Cloudflare failed",
    ),
}


@pytest.mark.parametrize(("fault", "code", "said"), REFUSALS.values(), ids=REFUSALS)
def test_a_refusal_of_cloudflares_is_translated(
    project: Workspace, tmp_path: Path, fault: Fault, code: int, said: str
) -> None:
    """By real wrangler: the exit code, and what to do."""
    with deploying(project, tmp_path) as world:
        world.cloudflare.faults.append(fault)

        done = world.deploy("--no-recovery-file")

    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "wrangler" not in done.stderr.partition("hint:")[0]


def test_a_dry_run_says_that_the_subdomain_is_missing(world: Deploying) -> None:
    """Before a key or a file is made, and the real run says the same."""
    world.account.subdomain = None

    dry, real = world.deploy("--dry-run"), world.deploy()

    assert (dry.returncode, real.returncode) == (1, 1)
    for done in (dry, real):
        assert "the account has no workers.dev subdomain yet" in done.stderr
    assert made(world) == []


def test_an_account_id_in_quotes_is_refused_by_px(world: Deploying) -> None:
    """Exit code 2, and Cloudflare is not asked."""
    world.write_settings(CLOUDFLARE_ACCOUNT_ID="\"'" + "a" * 32 + "'\"")

    done = world.deploy("--dry-run")

    assert done.returncode == 2
    assert "CLOUDFLARE_ACCOUNT_ID is not an account id" in done.stderr
    assert world.cloudflare.asked == []
