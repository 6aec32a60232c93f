"""A command and the first `px dev` of a project that start at the same time."""

from __future__ import annotations

from pathlib import Path
from threading import Event, Thread

import pytest

from px.project import dev_state, owner_only
from px.project.dev_wait import wait_for_start
from px.project.workspace import Workspace

PATIENCE = 60.0  # seconds on a busy machine


@pytest.fixture
def project(tmp_path: Path) -> Workspace:
    (tmp_path / "wrangler.toml").touch()
    owner_only.make_folder(tmp_path / ".px")
    return Workspace(tmp_path, mark=tmp_path / "wrangler.toml")


def test_a_px_dev_that_appears_after_the_first_look_is_waited_for(
    project: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, said, found = Event(), Event(), list[bool]()
    really = dev_state.state_of

    def state_of(of: Workspace) -> str:
        state = really(of)
        looked.set()
        return state

    monkeypatch.setattr(dev_state, "state_of", state_of)
    command = Thread(
        target=lambda: found.append(
            wait_for_start(project, PATIENCE, lambda _: said.set(), appears=PATIENCE)
        )
    )
    command.start()
    assert looked.wait(PATIENCE)
    with owner_only.locked(project.dev_lock) as lock:
        dev_state.note(lock, dev_state.STARTING)
        assert said.wait(PATIENCE)
        dev_state.note(lock, dev_state.RUNNING)
        command.join(PATIENCE)

    assert found == [True]


def test_nothing_is_waited_for_where_no_px_dev_appears(project: Workspace) -> None:
    """Not even for the whole of a command's `--timeout`."""
    said: list[str] = []

    assert not wait_for_start(project, PATIENCE, said.append, appears=0.01)
    assert not said
