"""Where a deploy leaves its tokens, with the real API behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from positronic.access.tokens import parse
from px.api.client import Client
from px.api.tokens import Tokens
from px.deploy.tokens import DeployTokens
from px.project.env_deploy import DeployFile
from px.project.root_file import RootToken, read_root, write_root
from px.project.workspace import Workspace
from px.settings import make_target
from px.testing.dev_server import TestDevServer


@pytest.fixture
def project(tmp_path: Path) -> Workspace:
    (tmp_path / "wrangler.toml").touch()
    return Workspace(tmp_path)


def settle(project: Workspace, server: TestDevServer) -> list[str]:
    """What the end of a deploy does; what it says."""
    said: list[str] = []
    tokens = DeployTokens(project, DeployFile(project.root, project), said.append)
    tokens.keep_root(RootToken(server.url, server.token, "w"))
    tokens.keep_admin(make_target(server.url, server.token), "w")
    return said


def settings(project: Workspace) -> dict[str, str]:
    lines = (project.root / ".env.deploy").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)


@pytest.mark.parametrize("stopped", [False, True])
def test_a_root_token_moves_to_its_own_file(
    project: Workspace, server: TestDevServer, stopped: bool
) -> None:
    """Also if an earlier move stopped in between; every other line stays, and nothing is lost."""
    file = project.root / ".env.deploy"
    file.touch(0o600)
    file.write_text(f"OTHER=x\nPX_URL={server.url}\nPX_TOKEN={server.token}\nPX_WORKER=w\n")
    if stopped:
        write_root(project.root_json, RootToken(server.url, server.token, "w"))

    said = settle(project, server)

    assert said[-1].endswith(
        "to .env.deploy: an admin token of project default, in place of the root token"
    )
    assert read_root(project.root_json) == RootToken(server.url, server.token, "w")
    assert project.root_json.stat().st_mode & 0o777 == 0o600
    token = parse(settings(project)["PX_TOKEN"])
    assert token is not None
    assert (token.project, settings(project)["OTHER"]) == ("default", "x")
    assert server.token not in "".join(said)
    assert settle(project, server) == [], "a valid token stays"


def test_a_token_that_was_revoked_is_replaced(project: Workspace, server: TestDevServer) -> None:
    """By the next deploy."""
    settle(project, server)
    first = parse(settings(project)["PX_TOKEN"])
    assert first is not None
    with Client(make_target(server.url, server.token)) as client:
        Tokens(client).revoke(first.id)

    said = settle(project, server)

    second = parse(settings(project)["PX_TOKEN"])
    assert second is not None
    assert second.id != first.id
    assert len(said) == 1
