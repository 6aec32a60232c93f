from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from px.local.workerd import ensure_wrapper
from px.project.workspace import Workspace


@pytest.fixture
def wrapped(project: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A project whose workerd is a script that prints its arguments, one a line."""
    fake = project.root / "work er'd"
    fake.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    fake.chmod(0o700)
    monkeypatch.setattr(Workspace, "workerd", lambda _self: fake)
    ensure_wrapper(project)
    return project


def call(wrapper: Path, *arguments: str) -> list[str]:
    done = subprocess.run([wrapper, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


@pytest.mark.parametrize("verb", ["serve", "test"])
def test_the_wrapper_adds_the_bundle_whatever_the_path_looks_like(
    wrapped: Workspace, verb: str
) -> None:
    """Spaces, quotes and dollars in the project's path arrive as they are."""
    found = call(wrapped.wrapper, verb, "--binary", "a b")

    option = f"--pyodide-bundle-disk-cache-dir={wrapped.bundle_dir}"
    assert found == [verb, option, "--binary", "a b"]


def test_the_wrapper_leaves_other_calls_alone(wrapped: Workspace) -> None:
    """`workerd --version` has no such option."""
    assert call(wrapped.wrapper, "--version") == ["--version"]


def test_only_the_owner_may_run_or_change_the_wrapper(wrapped: Workspace) -> None:
    """Mode 700: whoever writes to it runs code as the owner."""
    assert wrapped.wrapper.stat().st_mode & 0o777 == 0o700


def test_a_wrapper_that_is_right_is_left_alone(wrapped: Workspace) -> None:
    """The second call does no work; a changed file is written anew."""
    assert not ensure_wrapper(wrapped)

    wrapped.wrapper.write_text("#!/bin/sh\n")

    assert ensure_wrapper(wrapped)
