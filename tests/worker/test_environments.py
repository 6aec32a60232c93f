"""Production and staging of one project: neither touches anything of the other's.

Real wrangler, a stand-in of Cloudflare; the API at each Worker's address is the one on CPython.
"""

from __future__ import annotations

import json
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from px.deploy.gate import _digest
from px.local import stamp
from px.local.port import free_port
from px.local.scratch import make_scratch
from px.project.environment import Environment
from px.project.workspace import Workspace
from px.testing.dev_server import TestDevServer
from support.cloudflare import Cloudflare
from support.cloudflare_account import ACCOUNT, Account, Asked, Worker
from support.px_process import Px
from worker.deploying import PASSPHRASE
from worker.local_project import run_px_dev_in

NAMES = {"": "positronic-secrets", "staging": "positronic-secrets-staging"}
OTHER = {"": "staging", "staging": ""}


@dataclass
class Deploy:
    """One `px deploy`: how it ended, what it asked, and every file before and after it."""

    environment: str
    done: subprocess.CompletedProcess[str]
    asked: list[Asked]
    before: dict[str, bytes]
    after: dict[str, bytes]

    def changed(self) -> set[str]:
        names = self.before.keys() | self.after.keys()
        return {one for one in names if self.before.get(one) != self.after.get(one)}


@dataclass
class Two:
    """`tokens`: Cloudflare's API tokens, by environment."""

    project: Workspace
    cloudflare: Cloudflare
    servers: dict[str, TestDevServer]
    tokens: dict[str, str] = field(default_factory=dict)
    deploys: list[Deploy] = field(default_factory=list)

    def run(
        self, environment: str, *words: str, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """With wrangler's own variable naming the other environment: px does not read it."""
        surroundings = {
            "CLOUDFLARE_API_BASE_URL": self.cloudflare.url,
            "CLOUDFLARE_ENV": OTHER[environment],
        }
        px = Px(self.project.root, surroundings, seconds=240)
        return px.run("--env", environment, *words, stdin=stdin.encode())

    def worker(self, environment: str) -> Worker:
        return self.cloudflare.account.workers[NAMES[environment]]

    def deploy(self, environment: str) -> Deploy:
        """The API token of this environment alone is accepted meanwhile."""
        self.cloudflare.account.token = self.tokens[environment]
        before, start = self.files(), len(self.cloudflare.asked)
        words = ("deploy", "--passphrase-stdin", "--no-checks")
        done = self.run(environment, *words, stdin=f"{PASSPHRASE}\n")
        asked = self.cloudflare.asked[start:]
        self.deploys.append(Deploy(environment, done, asked, before, self.files()))
        return self.deploys[-1]

    def files(self) -> dict[str, bytes]:
        """Every file of the project but the packages and git's."""
        root = self.project.root
        found = (one for one in root.rglob("*") if one.is_file() and not one.is_symlink())
        names = {str(one.relative_to(root)): one for one in found}
        return {
            name: path.read_bytes()
            for name, path in names.items()
            if not name.startswith((".git/", "python_modules/"))
        }

    def write_settings(self, environment: str) -> None:
        self.tokens[environment] = secrets.token_urlsafe(30)
        path = self.project.root / Environment(environment).deploy_file
        path.touch(mode=0o600)
        path.write_text(
            f"CLOUDFLARE_API_TOKEN={self.tokens[environment]}\n"
            f"CLOUDFLARE_ACCOUNT_ID={ACCOUNT}\nPX_URL={self.servers[environment].url}\n"
        )


@pytest.fixture(scope="module")
def shop(project: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A project with two environments, in a repository of its own."""
    made = make_scratch(project, tmp_path_factory.mktemp("environments") / "project")
    shutil.copy(project.root / ".gitignore", made.root)
    subprocess.run(["git", "init", "--quiet", made.root], check=True)
    added = Px(made.root).run("env", "add", "staging")
    assert (added.returncode, "Warning" in added.stderr) == (0, False), added.stderr
    for one in NAMES:  # the checkout's Worker, for which other tests run the gate
        same = Workspace(made.root, Environment(one))
        stamp.mark(same.own("snapshot.stamp"), _digest(same))
    return made


@pytest.fixture(scope="module")
def two(shop: Workspace) -> Iterator[Two]:
    """Production and staging deployed, then production again."""
    servers = {one: TestDevServer() for one in NAMES}
    by_name = {NAMES[one]: server for one, server in servers.items()}
    account = Account("", changed=lambda name, worker: _serve(by_name[name], worker))
    with ExitStack() as stack:
        for server in servers.values():
            stack.enter_context(server)
        told = Two(shop, stack.enter_context(Cloudflare(account)), servers)
        for one in NAMES:
            told.write_settings(one)
        for one in ("", "staging", ""):
            deploy = told.deploy(one)
            assert deploy.done.returncode == 0, deploy.done.stderr
        yield told


def _serve(server: TestDevServer, worker: Worker) -> None:
    """The server has the keys and the root token that were uploaded."""
    if len(worker.secrets) == 2:
        keys, token = worker.secrets["MASTER_KEYS"], worker.secrets["ROOT_TOKEN_SHA256"]
        server.configure(master_keys=keys, root_token_sha256=token)


def test_no_request_of_a_deploy_names_the_other_worker(two: Two) -> None:
    """Neither its name, nor its namespace, nor its API token, in any recorded request."""
    for deploy in two.deploys:
        other = OTHER[deploy.environment]
        namespaces = [
            one["namespace_id"] for one in two.worker(other).bindings if "namespace_id" in one
        ]
        secret = [two.tokens[other], *two.worker(other).secrets.values()]

        assert deploy.asked
        for one in deploy.asked:
            parts = one.path.split("/")
            assert NAMES[other] not in parts, one.path
            assert one.authorization == f"Bearer {two.tokens[deploy.environment]}"
            for text in (*namespaces, *secret):
                assert text.encode() not in one.sent
                assert text not in one.path + one.query


def test_no_file_of_a_deploy_is_the_other_environments(two: Two) -> None:
    """What each one writes; every other byte in the project is as it was."""
    first, staging, again = two.deploys

    assert first.changed() == {name for name in first.after if name not in first.before} | {
        ".env.deploy"
    }
    assert not any("staging" in one for one in first.changed() | again.changed())
    assert staging.changed() >= {".env.deploy.staging"}
    assert all("staging" in one for one in staging.changed()), staging.changed()
    assert first.after[".env.deploy"] == again.after[".env.deploy"]


def test_each_has_its_own_key_token_namespace_and_objects(two: Two) -> None:
    """At Cloudflare, and in its own `.env.deploy`."""
    production, staging = two.worker(""), two.worker("staging")

    assert production.secrets.keys() == staging.secrets.keys()
    for name, text in production.secrets.items():
        assert text != staging.secrets[name]
    titles = [f"{name}-secrets-kv" for name in NAMES.values()]
    assert sorted(two.cloudflare.account.namespaces.values()) == sorted(titles)
    for worker in (production, staging):
        objects = [one for one in worker.bindings if one["type"] == "durable_object_namespace"]
        assert {one["name"] for one in objects} == {"PROJECT_LEDGER", "BRAIN_RUN"}
        assert all("script_name" not in one for one in objects)
        assert worker.crons == production.crons


def test_a_secret_is_in_the_environment_that_was_named(two: Two) -> None:
    """One is created in staging, and production does not have it."""
    created = two.run("staging", "secret", "create", "ONLY_STAGING", "--stdin", stdin="a value")

    listed = {one: two.run(one, "secret", "list", "--json") for one in NAMES}

    assert created.returncode == 0, created.stderr
    names = {
        one: [row["name"] for row in json.loads(done.stdout)["secrets"]]
        for one, done in listed.items()
    }
    assert names == {"": [], "staging": ["ONLY_STAGING"]}


def test_a_copied_deploy_file_deploys_nothing(two: Two) -> None:
    """Production's `.env.deploy` under staging's name: refused before Cloudflare is asked."""
    place = two.project.root / ".env.deploy.staging"
    before, asked = place.read_bytes(), len(two.cloudflare.asked)
    place.write_bytes((two.project.root / ".env.deploy").read_bytes())
    try:
        done = two.run("staging", "deploy", "--passphrase-stdin")
    finally:
        place.write_bytes(before)

    assert done.returncode == 1
    assert ".env.deploy.staging has the same PX_URL as .env.deploy; nothing was changed" in (
        done.stderr
    )
    assert len(two.cloudflare.asked) == asked


def test_an_environment_that_lacks_a_binding_is_refused_at_once(two: Two) -> None:
    """With the missing ones named; Cloudflare is not asked."""
    config = two.project.root / "wrangler.toml"
    before, asked = config.read_text(), len(two.cloudflare.asked)
    config.write_text(f'{before}\n[env.bare]\nname = "bare"\n')
    try:
        done = Px(two.project.root).run("--env", "bare", "deploy")
    finally:
        config.write_text(before)

    assert done.returncode == 1
    assert "lacks PROJECT_LEDGER, BRAIN_RUN, SECRETS_KV; nothing was changed" in done.stderr
    assert len(two.cloudflare.asked) == asked


def test_both_run_on_this_machine_beside_each_other(
    shop: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Each with its own port, keys, token, KV and ledgers: a secret is in one of them."""
    staging = Workspace(shop.root, Environment("staging"))
    px = Px(shop.root)
    with (
        run_px_dev_in(shop, tmp_path_factory.mktemp("production"), "--port", str(free_port())),
        run_px_dev_in(staging, tmp_path_factory.mktemp("staging")),
    ):
        # --local: both may be deployed by then.
        words = ("secret", "create", "ONLY_STAGING", "--stdin", "--env", "staging", "--local")
        created = px.run(*words, stdin=b"a value")
        listed = [px.run("--env", one, "secret", "list", "--local").stdout for one in NAMES]

    assert created.returncode == 0, created.stderr
    assert [text.partition("\t")[0] for text in listed] == ["", "ONLY_STAGING"]
    for one, other in zip(_local(shop), _local(staging), strict=True):
        assert one.is_file() == other.is_file() is True
        assert one.read_bytes() != other.read_bytes()
    assert shop.state.is_dir()
    assert staging.state.is_dir()


def _local(project: Workspace) -> list[Path]:
    return [project.dev_vars, project.local_json]
