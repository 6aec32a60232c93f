from __future__ import annotations

from pathlib import Path

import pytest

from px.project.workspace import Project

CHECKOUT = Project(Path(__file__).parents[3])


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """An empty project in a folder whose name a shell would trip over."""
    root = tmp_path / 'it\'s a $HOME "project"'
    root.mkdir()
    (root / "wrangler.toml").write_text("")
    return Project(root)


@pytest.fixture(scope="session")
def checkout() -> Project:
    """This repository, for its installed npm packages; nothing is written into it."""
    return CHECKOUT
