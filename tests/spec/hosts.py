"""Servers that the suite runs against, each on a loopback port and ended afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from positronic.access import tokens
from px.http.address import parse_address
from px.local.port import free_port
from px.local.setup import set_up
from px.spec.target import SpecTarget
from support.stored import local_worker
from worker.assembly import CHECKOUT, PROJECT, assemble_project
from worker.main_worker import fresh_keys

START_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Host:
    url: str
    token: str = field(repr=False)

    @property
    def target(self) -> SpecTarget:
        return SpecTarget(parse_address(self.url), self.token)

    @property
    def environment(self) -> dict[str, str]:
        return {"PX_URL": self.url, "PX_TOKEN": self.token}


def leftovers(host: Host) -> list[str]:
    """The names of secrets, tokens and apps in every project."""
    headers = {"Authorization": f"Bearer {host.token}"}
    with httpx.Client(base_url=host.url, headers=headers, trust_env=False, timeout=30) as client:
        projects = client.get("/projects").json()["projects"]
        found = []
        for project in projects:
            named = {"X-Positronic-Project": project["name"]}
            for kind, key in (("secrets", "name"), ("tokens", "name"), ("grants", "as")):
                listed = client.get(f"/{kind}", headers=named).json()[kind]
                found += [one[key] for one in listed]
    return found


@contextmanager
def cpython_host() -> Iterator[Host]:
    """uvicorn in a process of its own."""
    token, port = tokens.mint_root(os.urandom), free_port()
    host = Host(f"http://127.0.0.1:{port}", token)
    command = [sys.executable, "-m", "uvicorn", "spec.cpython_host:app", "--port", str(port)]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(CHECKOUT / "tests")}
    process = subprocess.Popen(
        [*command, "--log-level", "error", "--no-access-log"],
        env=environment | _settings(token),
        stdin=subprocess.DEVNULL,
    )
    try:
        _wait(host, process)
        yield host
    finally:
        process.terminate()
        process.wait(START_SECONDS)


@contextmanager
def worker(folder: Path) -> Iterator[Host]:
    """The project's Worker in workerd, on an empty KV."""
    set_up(PROJECT, lambda _: None)
    token = tokens.mint_root(os.urandom)
    config = assemble_project(folder, _settings(token))
    with local_worker(PROJECT, config, folder) as running:
        yield Host(running.url, token)


def _settings(token: str) -> dict[str, str]:
    return {"MASTER_KEYS": fresh_keys(), "ROOT_TOKEN_SHA256": tokens.root_hash(token)}


def _wait(host: Host, process: subprocess.Popen[bytes]) -> None:
    """Until it answers. Raises TimeoutError."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, "the host ended by itself"
        try:
            httpx.get(f"{host.url}/status", trust_env=False).raise_for_status()
        except httpx.TransportError:
            continue
        return
    raise TimeoutError("the host does not answer")
