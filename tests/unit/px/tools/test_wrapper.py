from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from px.tools.wrapper import script


@pytest.fixture
def wrapper(tmp_path: Path) -> Path:
    """Starts a script that prints its arguments, in a folder that a shell would trip over."""
    folder = tmp_path / 'it\'s a $HOME "folder"'
    folder.mkdir()
    fake, made = folder / "work er'd", folder / "wrapper"
    fake.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    made.write_bytes(script(fake, folder / "bundle"))
    for path in (fake, made):
        path.chmod(0o700)
    return made


def call(wrapper: Path, *arguments: str) -> list[str]:
    done = subprocess.run([wrapper, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


@pytest.mark.parametrize("verb", ["serve", "test"])
def test_the_wrapper_adds_the_bundle_whatever_the_path_looks_like(wrapper: Path, verb: str) -> None:
    """Spaces, quotes and dollars in the path arrive as they are."""
    option = f"--pyodide-bundle-disk-cache-dir={wrapper.with_name('bundle')}"

    assert call(wrapper, verb, "--binary", "a b") == [verb, option, "--binary", "a b"]


def test_the_wrapper_leaves_other_calls_alone(wrapper: Path) -> None:
    """`workerd --version` has no such option."""
    assert call(wrapper, "--version") == ["--version"]
