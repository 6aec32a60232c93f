"""`px deploy` that fails, or is stopped, at each step: run again it ends, and nothing is lost."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from positronic.access.tokens import mint_root, parse, root_hash
from px.project.git import leaves_out
from px.project.root_file import RootToken, write_root
from px.project.unfinished_deploy import UnfinishedDeploy
from px.project.workspace import Workspace
from support.cloudflare import Fault, asks
from support.cloudflare_account import Asked, Worker
from support.waiting import wait_until
from worker.deploying import AWS, PASSPHRASE, WORKER, Deploying, deploying

# Every request of a first deploy that can stop it, in the order in which they come.
STEPS = (
    ("GET", "/secrets"),
    ("GET", "/kv/namespaces"),
    ("GET", f"/services/{WORKER}"),
    ("GET", "/workers/subdomain"),
    ("POST", "/kv/namespaces"),
    ("PUT", f"/scripts/{WORKER}"),
    ("PUT, lost", f"/scripts/{WORKER}"),
    ("GET", f"/workers/workers/{WORKER}"),
    ("POST", f"/{WORKER}/subdomain"),
)


@dataclass
class Stop:
    """How px ended when one step failed, and what was true then."""

    code: int
    said: str
    secrets: dict[str, str]
    namespaces: int
    token: str | None


@dataclass
class Story:
    """One Worker, deployed again and again, each time failing one step later; at last it ends."""

    world: Deploying
    stops: dict[tuple[str, str], Stop] = field(default_factory=dict)
    code: int = -1


@pytest.fixture(scope="module")
def story(project: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with deploying(project, tmp_path_factory.mktemp("stops")) as world:
        told = Story(world)
        for step in STEPS:
            # Cloudflare refuses, and repeats what it was sent, keys and all.
            world.cloudflare.faults = [_fault(*step)]
            done = world.deploy("--no-checks")
            told.stops[step] = _stop(world, done.returncode, done.stdout + done.stderr)
        world.cloudflare.faults = []
        told.code = world.deploy("--no-checks").returncode
        yield told


def _fault(method: str, end: str) -> Fault:
    """`lost`: it is carried out, and the answer says that it was not."""
    asked = asks(method.removesuffix(", lost"), end)
    return Fault(asked, status=400, code=19999, after=method.endswith(", lost"))


def _stop(world: Deploying, code: int, said: str) -> Stop:
    worker = world.account.workers.get(WORKER)
    begun = json.loads(world.started.read_text())["token"] if world.started.exists() else None
    secrets = dict(worker.secrets) if worker else {}
    return Stop(code, said, secrets, len(world.account.namespaces), begun)


@pytest.mark.parametrize("step", STEPS, ids=" ".join)
def test_each_step_that_fails_is_a_sentence(story: Story, step: tuple[str, str]) -> None:
    """Exit code 5, and what is true; no traceback and nothing of what Cloudflare repeated."""
    stop = story.stops[step]

    assert stop.code == 5, stop.said
    assert "error: `wrangler " in stop.said
    assert "Traceback" not in stop.said
    assert [hidden for hidden in story.world.values() if hidden in stop.said] == []


@pytest.mark.parametrize("step", STEPS, ids=" ".join)
def test_no_secret_is_at_cloudflare_before_it_is_here(story: Story, step: tuple[str, str]) -> None:
    """Whatever Cloudflare has at that moment, the files here bring back."""
    stop = story.stops[step]

    if stop.secrets:
        assert stop.secrets["MASTER_KEYS"] == story.world.recovered_entry()
        assert stop.token
        assert stop.secrets["ROOT_TOKEN_SHA256"] == root_hash(stop.token)


def test_the_last_run_ends_what_the_first_began(story: Story) -> None:
    """One key, one token and one namespace through all of it."""
    world = story.world
    tokens = {stop.token for stop in story.stops.values() if stop.token}

    assert story.code == 0, world.said[-1]
    assert tokens == {world.root_token()}
    assert world.worker.secrets["MASTER_KEYS"] == world.recovered_entry()
    assert world.worker.secrets["ROOT_TOKEN_SHA256"] == root_hash(*tokens)
    assert len(world.account.namespaces) == 1
    assert not world.started.exists()


def test_a_namespace_that_a_stopped_deploy_left_is_used(story: Story) -> None:
    """wrangler alone would fail on its own leftover; wrangler.toml stays as it is."""
    world = story.world
    bound = [one for one in world.worker.bindings if one["type"] == "kv_namespace"]

    assert [one["namespace_id"] for one in bound] == list(world.account.namespaces)
    assert world.project.config.read_text().count("namespace_id") == 0
    assert list(world.project.root.glob(".px-wrangler*")) == []


def test_an_upload_whose_answer_is_lost_is_known_the_next_time(story: Story) -> None:
    """Cloudflare took the keys and px did not hear of it: no later run makes others."""
    lost = story.stops["PUT, lost", f"/scripts/{WORKER}"]

    assert lost.secrets == story.world.worker.secrets


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stop_in_the_upload_ends_wrangler_and_tells(
    project: Workspace, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    """Ctrl-C or a cancelled CI job: a true account, and no wrangler that goes on behind px."""
    arrived, go_on = threading.Event(), threading.Event()

    def hold(asked: Asked) -> bool:
        if not asks("POST", "/kv/namespaces")(asked):
            return False
        arrived.set()
        go_on.wait(60)
        return True

    with deploying(project, tmp_path) as world:
        passphrase = tmp_path / "passphrase"
        passphrase.write_text(PASSPHRASE)
        world.cloudflare.faults = [Fault(hold)]
        running = world.px.start("deploy", "--passphrase-stdin", stdin=passphrase)
        try:
            wait_until(arrived.is_set, "wrangler to ask for a namespace")
            running.send_signal(number)
            _, err = running.communicate(timeout=30)
        finally:
            running.kill()
            go_on.set()

        assert running.returncode == code
        assert "interrupted; the upload did not finish; no key and no token is lost" in err
        assert "run `px deploy` again" in err
        assert WORKER not in world.account.workers


def test_without_an_address_of_ours_it_is_the_one_on_workers_dev(
    project: Workspace, tmp_path: Path
) -> None:
    """As wrangler says it; a Worker that does not answer in time is deployed all the same."""
    with deploying(project, tmp_path) as world:
        world.write_settings()

        done = world.deploy("--wait", "0")

        assert done.returncode == 3
        assert f"https://{WORKER}.acme.workers.dev cannot be reached" in done.stderr
        assert "the Worker is deployed, but did not become ready" in done.stderr
        assert "run `px deploy` again" in done.stderr
        assert world.worker.on_workers_dev


def test_a_root_token_is_never_replaced_unasked(project: Workspace, tmp_path: Path) -> None:
    """Our upload was lost and somebody else's went through: theirs stays, and px says so."""
    theirs = {"MASTER_KEYS": "k1:" + "A" * 43 + "=", "ROOT_TOKEN_SHA256": "0" * 64}
    with deploying(project, tmp_path) as world:
        world.account.workers[WORKER] = Worker(dict(theirs))
        UnfinishedDeploy(world.project, WORKER).write(mint_root(os.urandom), sent=True)

        done = world.deploy("--wait", "60")

        assert done.returncode == 4
        assert "refuses the root token from this deploy" in done.stderr
        assert "--new-root-token" in done.stderr
        assert world.worker.secrets == theirs


def test_a_root_token_that_is_replaced_is_kept(project: Workspace, tmp_path: Path) -> None:
    """Also when it was asked for: in a file of its own, which px names, ignored by git."""
    old = mint_root(os.urandom)
    with deploying(project, tmp_path) as world:
        first = {"MASTER_KEYS": "k1:" + "A" * 43 + "=", "ROOT_TOKEN_SHA256": "0" * 64}
        world.account.workers[WORKER] = Worker(first)
        world.write_settings(PX_URL=world.edge.url, PX_TOKEN=old)

        done = world.deploy("--no-checks", "--new-root-token", "--wait", "45")

        assert done.returncode == 0, done.stderr
        [kept] = world.project.private.glob("old-root-token-*.json")
        assert json.loads(kept.read_text())["PX_TOKEN"] == old
        assert kept.stat().st_mode & 0o777 == 0o600
        assert f"Saved the replaced root token in .px/{kept.name}" in done.stderr
        assert leaves_out(kept) is True
        assert old not in done.stderr
        assert "Recorded in the audit log that the root token was replaced" in done.stderr
        assert world.root_token() not in ("", old)
        assert parse(world.settings()["PX_TOKEN"]) is not None
        assert world.settings()["PX_WORKER"].startswith(f"{WORKER}@")


def test_a_root_token_in_env_deploy_moves_to_its_own_file(
    project: Workspace, tmp_path: Path
) -> None:
    """As earlier versions of px left it; a move that was stopped is finished by the next deploy."""
    root = mint_root(os.urandom)
    keys = {"MASTER_KEYS": "k1:" + "A" * 43 + "=", "ROOT_TOKEN_SHA256": root_hash(root)}
    with deploying(project, tmp_path) as world:
        world.account.workers[WORKER] = Worker(keys)
        world.write_settings(PX_URL=world.edge.url, PX_TOKEN=root, PX_WORKER=WORKER)
        write_root(world.root_file, RootToken(world.edge.url, root, WORKER))  # as if stopped here

        moved = world.deploy("--no-checks", "--wait", "45")
        kept = world.deploy_file.read_bytes(), world.root_file.read_bytes()
        again = world.deploy("--no-checks", "--wait", "45")

        assert (moved.returncode, again.returncode) == (0, 0), moved.stderr + again.stderr
        assert "an admin token of project default, in place of the root token" in moved.stderr
        assert (world.root_token(), parse(world.settings()["PX_TOKEN"]) is None) == (root, False)
        assert world.settings()["AWS_SECRET_ACCESS_KEY"] == AWS
        assert (world.deploy_file.read_bytes(), world.root_file.read_bytes()) == kept
        assert root not in moved.stderr + again.stderr
        assert list(world.project.private.glob("old-root-token-*")) == []
