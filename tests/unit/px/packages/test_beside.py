"""One px at a time changes a project's packages, and each one sees what the one before wrote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from px import __version__
from px.errors import Refused, Usage
from px.library import Library
from px.new import pyproject
from px.new.pyproject import FILE, Pyproject
from px.packages import beside, change
from px.project import owner_only
from px.project.workspace import Workspace
from px.tools.set_up import no_bar
from px.upgrade import run

LIBRARY = Library(f"positronic_secrets-{__version__}-py3-none-any.whl", b"x", "one==1\n")


def depend(project: Workspace, requirements: Sequence[str], template: str = __version__) -> None:
    ours = Pyproject((project.root / FILE).read_text())
    ours.depend("shop", LIBRARY, requirements)
    ours.template = template
    (project.root / FILE).write_bytes(ours.content())


@pytest.fixture
def made(project: Workspace) -> Workspace:
    """By px, with a package that was added."""
    (project.root / FILE).write_bytes(pyproject.first("shop", LIBRARY, {}))
    depend(project, ["two"])
    return project


@pytest.fixture
def another(made: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another px, which has the lock first: it takes out the package, and upgrades the project."""
    locked = owner_only.locked

    @contextmanager
    def waiting(path: Path) -> Iterator[int]:
        depend(made, ["three"], "99.0")
        with locked(path) as lock:
            yield lock

    monkeypatch.setattr(owner_only, "locked", waiting)


@pytest.mark.usefixtures("another")
def test_a_change_by_another_px_while_this_one_waits_is_not_lost(made: Workspace) -> None:
    """It would be, with pyproject.toml as it was before."""
    with beside.alone(made) as ours:
        assert ours.dependencies == ["three"]


@pytest.mark.usefixtures("another")
def test_what_is_refused_is_refused_by_what_another_px_wrote(made: Workspace) -> None:
    """A package that it took out already, and a project that is newer now."""
    with pytest.raises(Refused) as not_added:
        change.remove(made, ["two"], LIBRARY, print, no_bar)
    with pytest.raises(Refused) as newer:
        run.upgrade(made, LIBRARY, LIBRARY, print, no_bar)

    assert (not_added.value.code, newer.value.code) == ("not_added", "newer_project")


def test_nothing_is_left_in_a_project_that_px_did_not_make(project: Workspace) -> None:
    """Not even a lock."""
    with pytest.raises(Usage), beside.alone(project):
        pass

    assert [path.name for path in project.root.iterdir()] == ["wrangler.toml"]
