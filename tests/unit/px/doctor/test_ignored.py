"""`px doctor` on what git has and would take."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from px.doctor.exposure import check_ignored
from px.doctor.surroundings import Surroundings
from support.doctor import NAMES, statuses, write


@pytest.fixture(autouse=True)
def repository(around: Surroundings) -> None:
    subprocess.run(["git", "init", "-q"], cwd=around.folder, check=True)


def test_ignored_files_are_one_line(around: Surroundings) -> None:
    """Whether they are there yet or not."""
    write(around, ".gitignore", ".env.secrets\n.env.deploy\n.dev.vars\n.px/\n")

    [found] = check_ignored(around)

    assert (found.status, found.message) == ("ok", f"ignores {', '.join(NAMES)}")


def test_a_file_that_is_not_ignored_fails(around: Surroundings) -> None:
    """One that is there; a warning for one that may come."""
    write(around, ".gitignore", ".env.deploy\n.px/\n")
    write(around, ".env.secrets")

    secrets, variables = check_ignored(around)

    assert (secrets.status, secrets.hint) == ("fail", "add .env.secrets to .gitignore")
    assert (variables.status, variables.hint) == ("warn", "add .dev.vars to .gitignore")


def test_a_file_that_git_has_fails(around: Surroundings) -> None:
    """Ignoring it afterwards does not help, and its content is no secret any more."""
    write(around, ".env.secrets")
    subprocess.run(["git", "add", "-f", ".env.secrets"], cwd=around.folder, check=True)
    write(around, ".gitignore", ".env.secrets\n.env.deploy\n.dev.vars\n.px/\n")

    [found] = check_ignored(around)

    assert found.status == "fail"
    assert found.hint.startswith("git rm --cached .env.secrets")


def test_from_a_folder_below(around: Surroundings) -> None:
    """The rules of the project's folder are asked for, wherever px is called."""
    write(around, ".gitignore", "/.env.*\n/.dev.vars\n/.px/\n")
    (around.folder / "sub").mkdir()

    assert statuses(check_ignored(Surroundings(around.folder / "sub"))) == [("git", "ok")]


def test_without_a_repository(around: Surroundings) -> None:
    """It is not known, and nothing fails."""
    shutil.rmtree(around.folder / ".git")

    assert statuses(check_ignored(around)) == [("git", "skip")]


def test_without_git(around: Surroundings, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not known, and nothing fails."""
    monkeypatch.setenv("PATH", str(around.folder))

    assert statuses(check_ignored(around)) == [("git", "skip")]
