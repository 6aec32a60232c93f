from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import pytest

from support.setup_checkout import Checkout, base_python, checkout, program_folder
from support.source import ROOT

BIN = "/usr/bin:/bin"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout that is set up, with the package `one`."""
    made = checkout(tmp_path_factory.mktemp("built") / "checkout")
    made.require("one")
    done = made.make(f"{Path(base_python()).parent}:{BIN}")
    assert done.returncode == 0, done.stderr
    made.keep()
    return made


@pytest.fixture
def ready(built: Checkout) -> Checkout:
    """The same checkout, at the same path, as it was when it had just been built."""
    built.restore()
    return built


def test_a_changed_lock_replaces_the_packages_with_the_venv_on_the_path(ready: Checkout) -> None:
    """As README says to do it; and with the venv active."""
    ready.require("two")
    path = f"{ready.venv / 'bin'}:{Path(base_python()).parent}:{BIN}"
    done = ready.make(path, {"VIRTUAL_ENV": str(ready.venv)})

    assert done.returncode == 0, done.stderr
    assert ready.imports("two")
    assert not ready.imports("one")
    scripts = [one for one in (ready.venv / "bin").iterdir() if one.is_file()]
    assert not [one for one in scripts if b".venv-new" in one.read_bytes()]
    assert subprocess.run([ready.venv / "bin" / "show"], check=False).returncode == 0
    assert not [one.name for one in ready.folder.glob(".venv-*")]


def test_a_set_up_that_fails_leaves_the_old_one_working(ready: Checkout) -> None:
    """make says why, and tries again next time."""
    ready.require("two", hash_of="0" * 64)
    path = f"{ready.venv / 'bin'}:{Path(base_python()).parent}:{BIN}"
    done = ready.make(path)

    assert done.returncode
    assert (
        "error: the Python packages could not be installed: the package index has no" in done.stderr
    )
    assert ready.imports("one")
    assert not [one.name for one in ready.folder.glob(".venv-*")]

    ready.require("two")

    assert ready.make(path).returncode == 0
    assert ready.imports("two")


def test_settings_of_python_and_pip_change_nothing(ready: Checkout) -> None:
    """PYTHONHOME, PIP_TARGET and the like are for other programs."""
    ready.require("two")
    done = ready.make(
        f"{Path(base_python()).parent}:{BIN}",
        {
            **dict.fromkeys(("PYTHONHOME", "PYTHONPATH", "PIP_TARGET", "PIP_PREFIX"), "/nowhere"),
            **dict.fromkeys(("PIP_REQUIRE_VIRTUALENV", "PIP_USER", "PIP_DRY_RUN"), "1"),
            **dict.fromkeys(("PIP_CONSTRAINT", "PIP_PYTHON", "VIRTUAL_ENV"), "/nowhere"),
            "PIP_NO_BINARY": ":all:",
            "UV_PYTHON": "/nowhere",
            "PYTHONWARNINGS": "error",
        },
    )

    assert done.returncode == 0, done.stderr
    assert ready.imports("two")


def test_an_active_venv_without_pip_is_not_what_px_is_set_up_with(
    ready: Checkout, tmp_path: Path
) -> None:
    """As uv makes one: the Python below it is used."""
    other = tmp_path / "other"
    subprocess.run([base_python(), "-m", "venv", "--without-pip", other], check=True)
    ready.require("two")
    done = ready.make(f"{other / 'bin'}:{BIN}", {"VIRTUAL_ENV": str(other)})

    assert done.returncode == 0, done.stderr
    assert ready.imports("two")


def answering(**changes: object) -> str:
    """A python3 that says this about itself."""
    known = {"version": [3, 12, 1], "base": "x", "in_venv": False}
    found = {**known, "venv": True, "pip": True, "ensurepip": True, **changes}
    code = (
        "import json, sys; from scripts.setup import base_python as b;"
        f"b._ask = lambda path: {found!r};"
        "b._candidates = lambda first: [sys.argv.pop(1)];"
        "import runpy; runpy.run_module('scripts.setup', run_name='__main__')"
    )
    return f'exec {shlex.quote(base_python())} -E -c {shlex.quote(code)} "$0" venv .venv x'


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"version": [3, 10, 12]}, "python 3.11 or newer is needed; found 3.10.12 at {}"),
        ({"venv": False}, "python 3.12.1 at {} has no module venv"),
        ({"pip": False, "ensurepip": False}, "python 3.12.1 at {} has no pip"),
    ],
)
def test_a_python_that_will_not_do_is_named(
    ready: Checkout, tmp_path: Path, changes: dict[str, object], said: str
) -> None:
    """With what it lacks; and the old environment stays."""
    folder = program_folder(tmp_path / "bin", python3=answering(**changes))
    ready.require("two")
    done = ready.make(f"{folder}:{BIN}")

    assert done.returncode
    assert f"error: {said.format(folder / 'python3')}\nhint: " in done.stderr
    assert ready.imports("one")


def test_a_python_that_is_too_old_is_passed_over(ready: Checkout, tmp_path: Path) -> None:
    """A newer one further on the PATH is taken."""
    script = """echo '{"version": [3, 10, 1], "base": "x", "in_venv": false}'"""
    old = f'case "$3" in *_PROBE*|*import*) {script};; *) exec {base_python()} "$@";; esac'
    folder = program_folder(tmp_path / "bin", python3=old)
    ready.require("two")
    done = ready.make(f"{folder}:{Path(base_python()).parent}:{BIN}")

    assert done.returncode == 0, done.stderr
    assert ready.imports("two")


@pytest.mark.parametrize("left", ["new", "old"])
def test_what_a_killed_set_up_left_is_cleared_away(ready: Checkout, left: str) -> None:
    """Killed while it built, or between its two renames."""
    aside = ready.folder / f".venv-{left}"
    if left == "old":
        ready.venv.rename(aside)
    else:
        aside.mkdir()
    ready.lock.touch()
    done = ready.make(f"{Path(base_python()).parent}:{BIN}")

    assert done.returncode == 0, done.stderr
    assert ready.imports("one")
    assert not aside.exists()


def test_a_checkout_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    """A read-only one, or another user's."""
    from scripts.setup.steps import run

    said: list[str] = []
    (tmp_path / "file").touch()

    def fail(sentence: str, hint: str) -> int:
        said.append(sentence)
        return 2

    target = os.path.relpath(tmp_path / "file" / ".venv", ROOT)
    assert run(base_python(), ["venv", target, "requirements/dev.txt"], fail) == 2
    assert "Not a directory" in said[0]
