"""Which environment px works on, and that no two of them share a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from px import invocation
from px.errors import Usage
from px.project import private_files
from px.project.environment import PRODUCTION, Environment, chosen, parse_environment
from px.project.workspace import Workspace
from px.server_choice import ServerChoice
from px.settings import find_target

STAGING = Environment("staging")


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    invocation.begin()
    yield
    invocation.begin()


@pytest.mark.parametrize(
    ("flag", "environ", "name"),
    [
        (None, {}, ""),
        (None, {"PX_ENV": "staging"}, "staging"),
        ("qa", {"PX_ENV": "staging"}, "qa"),
        ("", {"PX_ENV": "staging"}, ""),
        ("production", {"PX_ENV": "staging"}, ""),
        (None, {"CLOUDFLARE_ENV": "staging"}, ""),
    ],
)
def test_the_option_wins_over_the_variable(
    flag: str | None, environ: Mapping[str, str], name: str
) -> None:
    """And wrangler's own variable selects nothing."""
    invocation.note_environment(flag)

    assert chosen(environ) == Environment(name)


def test_two_options_that_differ_are_refused() -> None:
    """Before and after the command: px does not guess which one was meant."""
    invocation.note_environment("staging")

    invocation.note_environment("staging")
    with pytest.raises(Usage, match="two environments"):
        invocation.note_environment("qa")


def test_an_option_and_another_servers_token_are_refused(tmp_path: Path) -> None:
    """A shell may still have production's token; a job may set both, but as variables."""
    there = {"PX_URL": "https://s.example", "PX_TOKEN": "a-token", "PX_ENV": "staging"}

    invocation.note_environment("staging")
    with pytest.raises(Usage, match="two different servers"):
        find_target(ServerChoice(), environ=there, folder=tmp_path)

    invocation.begin()
    found = find_target(ServerChoice(), environ=there, folder=tmp_path)
    assert found.address.origin == "https://s.example"


def test_no_environment_gets_the_server_of_another(tmp_path: Path) -> None:
    """Neither production's `.env.deploy` nor its local Worker; the sentence says which one."""
    (tmp_path / "wrangler.toml").touch()
    for name in (".env.deploy", ".env.deploy.staging"):
        (tmp_path / name).touch(0o600)
        (tmp_path / name).write_text(f"PX_URL=https://x{name}.example\nPX_TOKEN=token\n")
    (tmp_path / ".px").mkdir(0o700)
    (tmp_path / ".px" / "local.json").write_text('{"url": "http://127.0.0.1:1", "token": "t"}')

    found = [
        find_target(ServerChoice(), environ={"PX_ENV": one}, folder=tmp_path).source
        for one in ("", "staging")
    ]

    assert found == [".env.deploy", ".env.deploy.staging"]
    with pytest.raises(Usage, match="has no environment qa"):
        find_target(ServerChoice(), environ={"PX_ENV": "qa"}, folder=tmp_path)


def test_without_a_server_the_hint_names_the_environments_own_file(tmp_path: Path) -> None:
    """And outside a project there is no px dev to start."""
    (tmp_path / "wrangler.toml").write_text('[env.staging]\nname = "shop-staging"\n')
    elsewhere = tmp_path / "elsewhere"

    with pytest.raises(Usage, match="no server is set for staging") as inside:
        find_target(ServerChoice(), environ={"PX_ENV": "staging"}, folder=tmp_path)
    (tmp_path / "wrangler.toml").unlink()
    elsewhere.mkdir()
    with pytest.raises(Usage, match="no server is set, and this folder is not in a project"):
        find_target(ServerChoice(), environ={}, folder=elsewhere)

    assert "which writes .env.deploy.staging;" in inside.value.hint


@pytest.mark.parametrize("name", ["Staging", "a/b", "..", "-a", "a-", "a b", "x" * 33, "example"])
def test_a_name_that_no_file_and_no_worker_can_have_is_refused(name: str) -> None:
    """The sentence says which option or variable has it, and does not repeat it."""
    with pytest.raises(Usage, match="PX_ENV is not the name of an environment") as caught:
        parse_environment(name, "PX_ENV")

    assert name not in caught.value.message.replace("PX_ENV is not the name of an environment", "")


def test_production_keeps_the_names_that_files_have_always_had(tmp_path: Path) -> None:
    """Without --env nothing moves."""
    project = Workspace(tmp_path)

    assert PRODUCTION.deploy_file == ".env.deploy"
    assert PRODUCTION.local_file == ".px/local.json"
    assert PRODUCTION.wrangler_config == ".px-wrangler.json"
    assert project.dev_vars == tmp_path / ".dev.vars"
    assert project.state == tmp_path / ".wrangler" / "state"
    assert project.own("deploy.json") == tmp_path / ".px" / "deploy.json"


def test_no_two_environments_share_a_file(tmp_path: Path) -> None:
    """Neither at Cloudflare's end, `.env.deploy`, nor on this machine."""
    places = [_places(Workspace(tmp_path, one)) for one in (PRODUCTION, STAGING, Environment("qa"))]

    assert len(set().union(*places)) == sum(map(len, places))


def test_an_environments_files_are_as_private_as_productions(tmp_path: Path) -> None:
    """git must not track any of those with a key, a token or an address; nor an example's."""
    project = Workspace(tmp_path, STAGING)

    for path in _places(project):
        if path.suffix != ".log" and "wrangler" not in str(path):
            assert private_files.is_private(path), path
    assert not private_files.is_private(tmp_path / ".env.deploy.example")


def _places(project: Workspace) -> set[Path]:
    environment = project.environment
    return {
        *(project.root / environment.deploy_file, project.root / environment.wrangler_config),
        *(project.dev_vars, project.local_json, project.log, project.state),
        *(project.own("deploy.json"), project.own("rotation.json")),
    }
