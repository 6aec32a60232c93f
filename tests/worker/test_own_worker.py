"""px sends the token of `.px/local.json` to the Worker that `px dev` started, and to no other."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from positronic.access import tokens
from positronic.names import parse_name, parse_value
from px.api.client import Client
from px.api.secrets import Secrets
from px.errors import NotReached
from px.http.retry import Retry
from px.local.bare import BareWorker
from px.local.server import LocalWorker
from px.project.environment import PRODUCTION
from px.project.workspace import Workspace
from px.settings import Target, make_target
from support.px_process import CANARY, Px
from support.stored import local_worker
from support.stranger import obliging, relay, stranger
from worker.assembly import assemble_project
from worker.main_worker import fresh_keys

NOT_OWN = "is not the Worker that `px dev` started"


@dataclass(frozen=True, slots=True)
class Own:
    """A Worker as `px dev` starts it, and its root token."""

    worker: LocalWorker
    token: str = field(repr=False)

    def target(self, url: str | None = None) -> Target:
        return make_target(url or self.worker.url, self.token, source=PRODUCTION.local_file)


@pytest.fixture(scope="module")
def own(project: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Own]:
    folder, token = tmp_path_factory.mktemp("own"), tokens.mint_root(os.urandom)
    config = assemble_project(folder, variables(token))
    with local_worker(project, config, folder) as worker:
        yield Own(worker, token)


def variables(token: str) -> dict[str, str]:
    return {"MASTER_KEYS": fresh_keys(), "ROOT_TOKEN_SHA256": tokens.root_hash(token)}


def px_at(folder: Path, url: str, token: str) -> Px:
    """px in a project whose `.px/local.json` says this."""
    (folder / "wrangler.toml").write_text("")
    (folder / ".px").mkdir(mode=0o700)
    local = folder / ".px" / "local.json"
    local.write_text(json.dumps({"url": url, "token": token}))
    local.chmod(0o600)
    return Px(folder)


def test_its_own_worker_gets_the_token(own: Own, tmp_path: Path) -> None:
    px = px_at(tmp_path, own.worker.url, own.token)
    created = px.run("secret", "create", "A", "--stdin", stdin=CANARY.encode())
    spec = px.run("spec", own.worker.url, "--only", "secrets.*")

    assert created.returncode == 0, created.stderr
    assert spec.returncode == 0, spec.stdout + spec.stderr


def test_a_relay_to_the_own_worker_gets_nothing(own: Own, tmp_path: Path) -> None:
    """The Worker proves itself for its own address, whatever Host the relay sends it."""
    with stranger(relay(own.worker.port)) as there:
        px = px_at(tmp_path, there.url, own.token)
        done = px.run("secret", "create", "A", "--stdin", stdin=CANARY.encode())

    assert done.returncode == 3
    assert NOT_OWN in done.stderr
    assert b"X-Positronic-Challenge" in there.got
    assert own.token.encode() not in there.got
    assert CANARY.encode() not in there.got


def test_a_worker_with_another_root_token_gets_nothing(own: Own, tmp_path: Path) -> None:
    px = px_at(tmp_path, own.worker.url, tokens.mint_root(os.urandom))
    done = px.run("secret", "list")

    assert done.returncode == 3
    assert NOT_OWN in done.stderr


def test_a_worker_that_no_px_dev_started_proves_nothing(project: Workspace, tmp_path: Path) -> None:
    """What is deployed answers no challenge, even with the same root token."""
    token = tokens.mint_root(os.urandom)
    with BareWorker(project, secrets=variables(token)) as deployed:
        done = px_at(tmp_path, deployed.url, token).run("secret", "list")

    assert done.returncode == 3
    assert NOT_OWN in done.stderr


def test_who_takes_the_port_between_two_requests_gets_nothing(own: Own) -> None:
    """A connection that was proven is gone with the Worker; the next one is asked again."""
    name, value = parse_name("A"), parse_value(CANARY)
    with Client(own.target(), Retry(30)) as client:
        Secrets(client).create(name, value)
        own.worker.stop()
        try:
            with stranger(obliging, own.worker.port) as there, pytest.raises(NotReached) as caught:
                Secrets(client).create(name, value)
        finally:
            own.worker.start()

    assert caught.value.code == "not_own_worker"
    assert own.token.encode() not in there.got
    assert CANARY.encode() not in there.got
