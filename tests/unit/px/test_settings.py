"""Which server px talks to, and which token it sends there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from positronic.access.tokens import mint_root
from positronic.errors import InvalidName
from px.errors import Usage
from px.project.upwards import find_upwards
from px.server_choice import ServerChoice
from px.settings import Target, find_target

DEPLOYED = "https://deployed.example.dev"
LOCAL = "http://127.0.0.1:8787"
OTHER = "https://other.example.dev"


def find(folder: Path, environ: Mapping[str, str] | None = None, url: str | None = None) -> Target:
    return find_target(ServerChoice(url), environ=environ or {}, folder=folder)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a local Worker's and a deployed one's settings."""
    (tmp_path / "wrangler.toml").touch()
    (tmp_path / ".px").mkdir()
    local = json.dumps({"url": LOCAL, "token": "local-token"})
    (tmp_path / ".px" / "local.json").write_text(local)
    (tmp_path / ".env.deploy").write_text(f"PX_URL={DEPLOYED}\nPX_TOKEN=deploy-token\n")
    return tmp_path


def test_the_environment_comes_before_files(project: Path) -> None:
    """PX_URL and PX_TOKEN win over what lies in the project."""
    target = find(project, {"PX_URL": OTHER, "PX_TOKEN": "env-token"})

    assert (target.address.origin, target.token) == (OTHER, "env-token")


def test_the_deployed_server_comes_before_the_local_one(project: Path) -> None:
    """`.env.deploy` wins over `px dev`."""
    assert find(project).token == "deploy-token"


def test_the_local_server_is_the_default(project: Path) -> None:
    """Without anything else px finds what `px dev` wrote, from a folder below too."""
    (project / ".env.deploy").unlink()
    (project / "a" / "b").mkdir(parents=True)

    target = find(project / "a" / "b")

    assert (target.address.origin, target.token) == (LOCAL, "local-token")


def test_a_deploy_file_without_px_settings_is_passed_over(project: Path) -> None:
    """Before the first deploy the file holds other services' credentials, perhaps empty."""
    (project / ".env.deploy").write_text("CLOUDFLARE_API_TOKEN=x\nFLY_API_TOKEN=\n")

    assert find(project).token == "local-token"


def test_a_flag_comes_before_the_environment(project: Path) -> None:
    """`--url` picks the token that stands beside that address, whatever the environment says."""
    environ = {"PX_URL": OTHER, "PX_TOKEN": "env-token"}

    target = find(project, environ, url=LOCAL)

    assert (target.address.origin, target.token) == (LOCAL, "local-token")


def test_a_flag_and_a_token_in_the_environment_go_together(tmp_path: Path) -> None:
    """PX_TOKEN without PX_URL is meant for the address that was typed."""
    assert find(tmp_path, {"PX_TOKEN": "env-token"}, url=OTHER).token == "env-token"


@pytest.mark.parametrize("environ", [{}, {"PX_URL": DEPLOYED, "PX_TOKEN": "env-token"}])
def test_a_stored_token_goes_to_no_other_address(project: Path, environ: Mapping[str, str]) -> None:
    """An address that no token stands beside gets none, not even the one in the environment."""
    with pytest.raises(Usage, match=r"no token for https://other\.example\.dev"):
        find(project, environ, url=OTHER)


def test_an_address_in_the_environment_gets_no_file_token(project: Path) -> None:
    """PX_URL alone does not draw the production token to another server."""
    with pytest.raises(Usage, match="no token"):
        find(project, {"PX_URL": OTHER})


def test_a_token_in_the_environment_goes_to_no_file_address(project: Path) -> None:
    """A checked-out `.env.deploy` does not draw PX_TOKEN to its own server."""
    with pytest.raises(Usage, match="PX_URL is not"):
        find(project, {"PX_TOKEN": "env-token"})


def test_half_a_pair_in_the_deploy_file_is_refused(project: Path) -> None:
    """px does not fall back to another server when one was meant."""
    (project / ".env.deploy").write_text(f"PX_URL={DEPLOYED}\n")

    with pytest.raises(Usage, match="only one of PX_URL"):
        find(project)


def test_nothing_at_all_points_to_px_dev(tmp_path: Path) -> None:
    """Whoever has no server learns how to start one."""
    with pytest.raises(Usage) as caught:
        find(tmp_path)

    assert "px dev" in caught.value.hint


@pytest.mark.parametrize("text", ["", "{", "[]", '{"url": 1, "token": "t"}', '{"url": "x"}'])
def test_a_malformed_local_file_is_a_sentence(project: Path, text: str) -> None:
    """A broken `.px/local.json` is named, not guessed at."""
    (project / ".env.deploy").unlink()
    (project / ".px" / "local.json").write_text(text)

    with pytest.raises(Usage, match=r"\.px/local\.json"):
        find(project)


@pytest.mark.parametrize("token", ["canary\nX-Evil: 1", "canary token", "canary\u00e9", "canary\0"])
def test_a_token_with_odd_characters_is_refused_unseen(tmp_path: Path, token: str) -> None:
    """A token that could break a header is neither sent nor shown."""
    with pytest.raises(Usage) as caught:
        find(tmp_path, {"PX_URL": DEPLOYED, "PX_TOKEN": token})

    assert "canary" not in str(caught.value)


def test_a_mistyped_token_is_refused_unseen(tmp_path: Path) -> None:
    """Its checksum tells before it is sent, and the message does not repeat it."""
    wrong = mint_root(bytes)[:-1] + "x"
    with pytest.raises(Usage, match="mistyped") as caught:
        find(tmp_path, {"PX_URL": DEPLOYED, "PX_TOKEN": wrong})

    assert wrong not in str(caught.value) + caught.value.hint


def test_a_local_token_from_before_checksums_is_taken(project: Path) -> None:
    """What an earlier `px dev` made still opens its Worker."""
    (project / ".env.deploy").unlink()
    local = json.dumps({"url": LOCAL, "token": "px_root_" + "aB-_" * 10 + "abc"})
    (project / ".px" / "local.json").write_text(local)

    assert find(project).token.endswith("abc")


def test_a_target_shows_no_token(tmp_path: Path) -> None:
    """The token is in no representation."""
    assert "canary" not in repr(find(tmp_path, {"PX_URL": DEPLOYED, "PX_TOKEN": "canary"}))


@pytest.mark.parametrize("timeout", [0, -1, float("inf"), float("nan")])
def test_a_timeout_is_a_time(tmp_path: Path, timeout: float) -> None:
    """A timeout is a finite number of seconds above 0."""
    environ = {"PX_URL": DEPLOYED, "PX_TOKEN": "t"}
    with pytest.raises(Usage, match="--timeout"):
        find_target(ServerChoice(timeout=timeout), environ=environ, folder=tmp_path)


def test_the_project_is_checked(tmp_path: Path) -> None:
    """A project name travels in a header, so it is parsed first."""
    environ = {"PX_URL": DEPLOYED, "PX_TOKEN": "t", "PX_PROJECT": "Not A Project"}
    with pytest.raises(InvalidName):
        find_target(ServerChoice(), environ=environ, folder=tmp_path)


@pytest.mark.parametrize(
    ("flags", "environ", "expected"),
    [
        ((None, None), {}, (".env.deploy", ".env.deploy", "mine", ".env.deploy")),
        ((LOCAL, None), {}, ("--url", ".px/local.json", None, "")),
        ((None, "p"), {}, (".env.deploy", ".env.deploy", "p", "--project")),
        ((None, None), {"PX_PROJECT": "e"}, (".env.deploy", ".env.deploy", "e", "PX_PROJECT")),
        ((None, "p"), {"PX_PROJECT": "e"}, (".env.deploy", ".env.deploy", "p", "--project")),
        (
            (None, None),
            {"PX_URL": OTHER, "PX_TOKEN": "t"},
            ("PX_URL", "PX_TOKEN", None, ""),
        ),
        ((OTHER, None), {"PX_TOKEN": "t"}, ("--url", "PX_TOKEN", None, "")),
        ((None, None), {"PX_URL": DEPLOYED}, ("PX_URL", ".env.deploy", "mine", ".env.deploy")),
        ((None, None), {"PX_URL": LOCAL}, ("PX_URL", ".px/local.json", None, "")),
        (
            (None, None),
            {"PX_URL": "", "PX_PROJECT": ""},
            (*[".env.deploy"] * 2, "mine", ".env.deploy"),
        ),
    ],
)
def test_each_setting_knows_where_it_is_from(
    project: Path,
    flags: tuple[str | None, str | None],
    environ: Mapping[str, str],
    expected: tuple[str, str, str | None, str],
) -> None:
    """Flags, then the environment, then `.env.deploy`, then `px dev`; for each setting by itself.

    A project that stands in `.env.deploy` goes with that file's server and with no other.
    """
    text = f"PX_URL={DEPLOYED}\nPX_TOKEN=deploy-token\nPX_PROJECT=mine\n"
    (project / ".env.deploy").write_text(text)

    found = find_target(ServerChoice(*flags), environ=environ, folder=project)

    sources = (found.address_source, found.source, found.project, found.project_source)
    assert sources == expected


def test_the_nearest_deploy_file_counts(project: Path) -> None:
    """One in a folder below stands before the one above it."""
    inner = project / "sub"
    inner.mkdir()
    (inner / ".env.deploy").write_text(f"PX_URL={OTHER}\nPX_TOKEN=inner\n")

    assert find(inner).token == "inner"


def test_a_file_that_another_user_put_above_is_passed_over(project: Path) -> None:
    """His server would get the values."""
    below = project / "below"
    below.mkdir()
    others = {project.stat().st_uid + 1}

    assert find_upwards(".env.deploy", below) == project / ".env.deploy"
    assert find_upwards(".env.deploy", below, others) is None


def test_a_bad_line_of_the_deploy_file_is_named_with_the_file(project: Path) -> None:
    """Whoever imports another file must not look for the line there."""
    (project / ".env.deploy").write_text("A=1\nnonsense\n")

    with pytest.raises(Usage, match=r"^\.env\.deploy has a line that px cannot read") as caught:
        find(project)

    assert caught.value.details[0].line == 2


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_line_end_behind_a_setting_is_dropped(tmp_path: Path, end: str) -> None:
    """As a file or a pipe gives it; no token, address or project ends so."""
    settings = {"PX_URL": OTHER, "PX_TOKEN": "env-token", "PX_PROJECT": "shop"}
    target = find(tmp_path, {name: text + end for name, text in settings.items()})

    assert (target.address.origin, target.token, target.project) == (OTHER, "env-token", "shop")


@pytest.mark.parametrize(
    ("token", "cause"),
    [
        ("'canary'", "quotes"),
        ('"canary"', "quotes"),
        ("Bearer canary", "without `Bearer`"),
        (" canary", "a space"),
        ("canary canary", "a space"),
        ("canary\ncanary", "copy it again"),
    ],
)
def test_a_token_that_cannot_be_sent_names_the_cause(
    tmp_path: Path, token: str, cause: str
) -> None:
    """And the variable; never the token."""
    with pytest.raises(Usage, match="the token in PX_TOKEN contains") as caught:
        find(tmp_path, {"PX_URL": OTHER, "PX_TOKEN": token})

    assert cause in caught.value.hint
    assert "canary" not in caught.value.message + caught.value.hint
