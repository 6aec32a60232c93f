"""--local, --remote, and which commands get the root token of `.px/root.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from positronic.access.tokens import mint, mint_root
from positronic.names import Project
from px.errors import NotAllowed, Usage
from px.server_choice import Root, ServerChoice
from px.settings import Target, find_target

DEPLOYED, LOCAL = "https://deployed.example.dev", "http://127.0.0.1:8787"
ADMIN, ROOT = mint(Project("default"), bytes).text, mint_root(bytes)
ENVIRON = {"PX_URL": "https://other.example.dev", "PX_TOKEN": "env-token"}


def find(folder: Path, choice: ServerChoice, environ: Mapping[str, str] | None = None) -> Target:
    return find_target(choice, environ=environ or {}, folder=folder)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder after `px dev` and `px deploy`."""
    (tmp_path / "wrangler.toml").touch()
    (tmp_path / ".px").mkdir(mode=0o700)
    local = {"url": LOCAL, "token": "local-token", "project": "shop"}
    (tmp_path / ".px" / "local.json").write_text(json.dumps(local))
    root = {"url": DEPLOYED, "token": ROOT, "worker": "w"}
    (tmp_path / ".px" / "root.json").write_text(json.dumps(root))
    (tmp_path / ".env.deploy").write_text(f"PX_URL={DEPLOYED}\nPX_TOKEN={ADMIN}\n")
    return tmp_path


@pytest.mark.parametrize("environ", [{}, ENVIRON])
def test_local_is_the_worker_of_px_dev(project: Path, environ: Mapping[str, str]) -> None:
    """Whatever the environment and `.env.deploy` say."""
    found = find(project, ServerChoice(local=True), environ)

    assert (found.token, found.location) == ("local-token", f"{LOCAL} (local), project shop")


def test_remote_is_never_the_worker_of_px_dev(project: Path) -> None:
    """Without another server it is an error."""
    assert find(project, ServerChoice(remote=True)).address.origin == DEPLOYED

    (project / ".env.deploy").unlink()
    with pytest.raises(Usage, match="no server is set"):
        find(project, ServerChoice(remote=True))


def test_local_before_the_first_px_dev_says_so(project: Path) -> None:
    """It never goes to another server."""
    (project / ".px" / "local.json").unlink()

    with pytest.raises(Usage, match="has not run in this folder"):
        find(project, ServerChoice(local=True), ENVIRON)


@pytest.mark.parametrize("other", [{"remote": True}, {"url": LOCAL}])
def test_local_and_another_choice_are_refused(project: Path, other: dict[str, object]) -> None:
    """Which of the two is meant is not guessed."""
    with pytest.raises(Usage, match="cannot be used together"):
        find(project, ServerChoice(**{"local": True, **other}))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("root", "asked", "token"),
    [
        (Root.NEVER, None, ADMIN),
        (Root.NEVER, "default", ADMIN),
        (Root.NEEDED, None, ROOT),
        (Root.IF_THERE, None, ROOT),
        (Root.ELSEWHERE, None, ADMIN),
        (Root.ELSEWHERE, "default", ADMIN),
        (Root.ELSEWHERE, "shop", ROOT),
    ],
)
def test_only_some_commands_get_the_root_token(
    project: Path, root: Root, asked: str | None, token: str
) -> None:
    """The others work with the token of `.env.deploy`."""
    assert find(project, ServerChoice(project=asked, root=root)).token == token


@pytest.mark.parametrize(
    ("root", "asked"), [(Root.NEEDED, None), (Root.ELSEWHERE, "shop"), (Root.NEVER, "shop")]
)
def test_what_the_token_cannot_do_is_said_before_anything_is_sent(
    project: Path, root: Root, asked: str | None
) -> None:
    """With what to do about it, and no token in it."""
    (project / ".px" / "root.json").unlink()

    with pytest.raises(NotAllowed) as caught:
        find(project, ServerChoice(project=asked, root=root))

    assert caught.value.hint
    assert ADMIN not in str(caught.value) + caught.value.hint


def test_an_optional_root_token_may_be_missing(project: Path) -> None:
    """Such a command then covers one project."""
    (project / ".px" / "root.json").unlink()

    assert find(project, ServerChoice(root=Root.IF_THERE)).token == ADMIN


def test_a_root_token_in_env_deploy_still_works(project: Path) -> None:
    """As earlier versions of px wrote it, until the next deploy."""
    (project / ".px" / "root.json").unlink()
    (project / ".env.deploy").write_text(f"PX_URL={DEPLOYED}\nPX_TOKEN={ROOT}\n")

    assert find(project, ServerChoice(root=Root.NEEDED, project="shop")).token == ROOT
    assert find(project, ServerChoice(project="shop")).token == ROOT


def test_the_root_token_goes_to_no_other_address(project: Path) -> None:
    """`.env.deploy` may name another Worker by now."""
    other = "https://other.example.dev"
    (project / ".env.deploy").write_text(f"PX_URL={other}\nPX_TOKEN={ADMIN}\n")

    with pytest.raises(NotAllowed, match=r"no \.px/root\.json for https://other"):
        find(project, ServerChoice(root=Root.NEEDED))


def test_a_place_is_named_with_its_environment_and_project(project: Path) -> None:
    """The same for people and for programs; null for what px does not know."""
    found, given = find(project, ServerChoice()), find(project, ServerChoice(), ENVIRON)

    assert found.location == f"{DEPLOYED} (production), project default"
    assert found.fields == {
        "server": DEPLOYED,
        "environment": "production",
        "project": "default",
    }
    assert given.location == "https://other.example.dev, its default project"
    assert (given.fields["environment"], given.fields["project"]) == (None, None)
