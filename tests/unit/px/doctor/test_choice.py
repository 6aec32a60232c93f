"""`px doctor` on which server, which token, and where they come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from positronic.access import tokens
from positronic.names import Project
from px.doctor.choice import check_choice, no_choice
from px.doctor.finding import Finding
from px.doctor.surroundings import Surroundings
from px.errors import PxError
from px.server_choice import ServerChoice
from px.settings import find_target, make_target
from support.doctor import statuses, write


def _find(folder: Path, url: str | None = None, project: str | None = None) -> dict[str, Finding]:
    environ = {"PX_URL": "https://h.dev", "PX_TOKEN": tokens.mint_root(bytes)}
    target = find_target(ServerChoice(url, project), environ=environ, folder=folder)
    return {found.check: found for found in check_choice(target)}


def test_each_setting_says_where_it_is_from(around: Surroundings) -> None:
    """Environment, and flags before it."""
    write(around, ".env.deploy", "PX_URL=https://d.dev\nPX_TOKEN=canary\nPX_PROJECT=mine\n")

    of_environment = _find(around.folder)
    of_flags = _find(around.folder, url="https://d.dev", project="p")

    assert of_environment["address"].message == "https://h.dev, from PX_URL"
    assert of_environment["token"].message == "root's, from PX_TOKEN"
    assert of_environment["project"].message == "the Worker's default"
    assert of_flags["address"].message == "https://d.dev, from --url"
    assert of_flags["token"].message.endswith("from .env.deploy")
    assert of_flags["project"].message == "p, from --project"
    assert "canary" not in str(of_flags)


@pytest.mark.parametrize("form", ["{:.40}", "'{}'", "Bearer {}", "PX_TOKEN={}"])
def test_a_token_that_is_not_whole_is_no_fault_of_the_address(tmp_path: Path, form: str) -> None:
    """The line of the token says so, without any of it."""
    whole = tokens.mint_root(bytes)
    environ = {"PX_URL": "https://h.dev", "PX_TOKEN": form.format(whole)}
    with pytest.raises(PxError) as caught:
        find_target(ServerChoice(None, None), environ=environ, folder=tmp_path)

    found = no_choice(caught.value)

    assert (found.check, found.status) == ("token", "fail")
    assert whole[10:30] not in str(found)


def test_a_projects_token_is_known_by_its_id() -> None:
    """The id is what `px token list` shows; the secret is not shown."""
    token = tokens.mint(Project("mine"), bytes)

    _, shown, project = check_choice(make_target("https://h.dev", token.text, source="x"))

    assert shown.message == f"id {token.id}, from x"
    assert project.message == "mine, the token's own"
    assert token.secret not in str(shown) + str(project)


def test_a_project_that_the_token_does_not_open_fails() -> None:
    """Found before the server is asked."""
    token = tokens.mint(Project("mine"), bytes)
    target = make_target("https://h.dev", token.text, project=Project("other"))

    assert statuses(check_choice(target))[2] == ("project", "fail")
