"""The real API on loopback for px's client, and projects on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from px.api.client import Client
from px.api.secrets import Secrets
from px.doctor.surroundings import Surroundings
from px.http.retry import Retry
from px.project.workspace import Workspace
from px.settings import make_target
from px.testing.dev_server import TestDevServer
from support.source import ROOT


@pytest.fixture
def secrets(server: TestDevServer) -> Iterator[Secrets]:
    """Whose client does not wait between attempts."""
    target = make_target(server.url, server.token)
    with Client(target, Retry(10, pause=lambda _: None)) as made:
        yield Secrets(made)


@pytest.fixture
def around(tmp_path: Path) -> Surroundings:
    """A project with nothing in it, for px doctor."""
    (tmp_path / "wrangler.toml").touch()
    (tmp_path / ".px").mkdir()
    return Surroundings(tmp_path)


@pytest.fixture
def project(tmp_path: Path) -> Workspace:
    """An empty project in a folder whose name a shell would trip over."""
    root = tmp_path / 'it\'s a $HOME "project"'
    root.mkdir()
    (root / "wrangler.toml").write_text("")
    return Workspace(root)


@pytest.fixture(scope="session")
def checkout() -> Workspace:
    """This repository, for its installed npm packages; nothing is written into it."""
    return Workspace(ROOT)
