"""A local project with secrets in two projects and tokens, to rotate its master key."""

from __future__ import annotations

import asyncio
import os
import secrets
from dataclasses import dataclass, field

import httpx

from positronic.ciphers.native import NativeCipher
from positronic.names import Name, Project
from positronic.ports import Metadata, Record
from positronic.sealing.keyring import Keyring
from positronic.secrets.sealer import Sealer
from px.project import dev_vars
from px.project.local_state import read_local
from worker.ledger_files import LedgerFiles
from worker.local_project import LocalProject

PROJECTS = ("default", "shop")


@dataclass
class Rotating:
    """What was put in, and what opens under the keys that .dev.vars holds now."""

    local: LocalProject
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def fill(self, count: int) -> None:
        """So many secrets and two tokens in each project, under the key that is in front."""
        for project in PROJECTS:
            values = {f"{project.upper()}_{n}": secrets.token_hex(12) for n in range(count)}
            lines = "".join(f"{name}={value}\n" for name, value in values.items())
            path = self.local.project.root / "fill.env"
            path.write_text(lines)
            done = self.local.px.run("secret", "import", path, "--project", project)
            assert done.returncode == 0, done.stderr
            path.unlink()
            self.values[project] = self.values.get(project, {}) | values
            self.tokens[project] = self.token(project)

    def token(self, project: str) -> str:
        words = ("token", "create", f"of {project}", "--role", "reader", "--project", project)
        return self.local.px.run(*words).stdout.strip()

    @property
    def key_ids(self) -> list[str]:
        """What .dev.vars holds."""
        return [one.partition(":")[0] for one in dev_vars.read_keys(self.local.project)]

    def opened(self) -> dict[str, dict[str, str]]:
        """Every value that lies in KV, opened on CPython with the keys of .dev.vars alone."""
        keyring = Keyring(",".join(dev_vars.read_keys(self.local.project)))
        return {project: asyncio.run(self._open(Project(project), keyring)) for project in PROJECTS}

    def statuses(self) -> set[int]:
        """What the tokens are answered."""
        known = read_local(self.local.project.local_json)
        assert known
        with httpx.Client(base_url=known.url, trust_env=False, timeout=60) as client:
            return {
                client.get("/secrets", headers={"Authorization": f"Bearer {token}"}).status_code
                for token in self.tokens.values()
            }

    async def _open(self, project: Project, keyring: Keyring) -> dict[str, str]:
        sealer = Sealer(project, NativeCipher(), keyring, os.urandom)
        opened: dict[str, str] = {}
        prefix = f"{project}/secret/"
        LedgerFiles(self.local.project.state).wait_for_copies(project)
        for key, entry in self.local.kv.read(prefix).items():
            found = entry.metadata
            dates = (found["version"], found["createdAt"], found["updatedAt"], found["keyId"])
            record = Record(Name(key.removeprefix(prefix)), Metadata(*dates), entry.value)
            opened[record.name] = (await sealer.open(record)).reveal()
        return opened
