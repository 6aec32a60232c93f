"""A project to be deployed: its folder, Cloudflare's side, and where the Worker will answer."""

from __future__ import annotations

import json
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from px.deploy.gate import pass_gate
from px.keys import recovery
from px.local.scratch import make_scratch
from px.project.workspace import Workspace
from support.cloudflare import Cloudflare
from support.cloudflare_account import ACCOUNT, Account, Worker
from support.edge import Edge
from support.px_process import Px

WORKER = "positronic-secrets"
PASSPHRASE = "correct horse battery staple"
AWS = secrets.token_urlsafe(30)


@dataclass
class Deploying:
    """`token`: the API token. What px said stands in `said`."""

    project: Workspace
    cloudflare: Cloudflare
    edge: Edge
    token: str
    said: list[str] = field(default_factory=list)

    @property
    def px(self) -> Px:
        return Px(self.project.root, {"CLOUDFLARE_API_BASE_URL": self.cloudflare.url})

    @property
    def account(self) -> Account:
        return self.cloudflare.account

    @property
    def worker(self) -> Worker:
        return self.account.workers[WORKER]

    @property
    def deploy_file(self) -> Path:
        return self.project.root / ".env.deploy"

    @property
    def recovery_file(self) -> Path:
        return self.project.private / f"recovery-{WORKER}.json"

    @property
    def started(self) -> Path:
        return self.project.private / "deploy.json"

    @property
    def root_file(self) -> Path:
        return self.project.root_json

    def root_token(self) -> str:
        """The Worker's, from its own file; empty without one."""
        return json.loads(self.root_file.read_text())["token"] if self.root_file.exists() else ""

    def settings(self) -> dict[str, str]:
        """What .env.deploy holds."""
        lines = self.deploy_file.read_text().splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)

    def write_settings(self, **more: str) -> None:
        """A new .env.deploy: credentials of this and of other services, and `more`."""
        found = {
            "CLOUDFLARE_API_TOKEN": self.token,
            "CLOUDFLARE_ACCOUNT_ID": ACCOUNT,
            "AWS_SECRET_ACCESS_KEY": AWS,
            **more,
        }
        self.deploy_file.touch(mode=0o600)
        lines = [f"{name}={text}\n" for name, text in found.items() if text]
        self.deploy_file.write_text("# deployment credentials\n" + "".join(lines))

    def deploy(self, *options: str) -> subprocess.CompletedProcess[str]:
        """With the passphrase on stdin."""
        words = ("deploy", "--passphrase-stdin", *options)
        done = self.px.run(*words, stdin=PASSPHRASE.encode() + b"\n")
        self.said.append(done.stdout + done.stderr)
        return done

    def recovered_entry(self) -> str:
        """The master key that the recovery file holds, as MASTER_KEYS spells it."""
        return recovery.unseal(self.recovery_file.read_bytes(), PASSPHRASE).entry

    def values(self) -> set[str]:
        """Whatever must not be shown: credentials, keys, tokens."""
        found = {self.token, AWS, self.settings().get("PX_TOKEN", ""), self.root_token()}
        for text in self.account.workers.get(WORKER, Worker()).secrets.values():
            found.add(text.partition(":")[2] or text)
        if self.started.exists():
            found.add(json.loads(self.started.read_text())["token"])
        return found - {""}


@contextmanager
def deploying(checkout: Workspace, folder: Path) -> Iterator[Deploying]:
    """In a repository of its own, whose .gitignore is the checkout's.

    The checkout's Worker passed the snapshot gate, and the copy is the same Worker.
    """
    pass_gate(checkout)
    project = make_scratch(checkout, folder / "project")
    shutil.copy(checkout.private / "snapshot.stamp", project.private)
    (project.root / ".gitignore").write_bytes((checkout.root / ".gitignore").read_bytes())
    subprocess.run(["git", "init", "--quiet", project.root], check=True)
    token = secrets.token_urlsafe(30)  # as real ones: no piece of it is a word
    with (
        Edge(project, folder) as edge,
        Cloudflare(Account(token, changed=edge.put)) as cloudflare,
    ):
        found = Deploying(project, cloudflare, edge, token)
        found.write_settings(PX_URL=edge.url)
        yield found
