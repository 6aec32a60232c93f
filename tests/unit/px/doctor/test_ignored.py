"""`px doctor` on what git has and would take."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from px.doctor.ignored import check_ignored
from px.doctor.surroundings import Surroundings
from support.doctor import NAMES, statuses, write


@pytest.fixture(autouse=True)
def repository(place: Surroundings) -> None:
    subprocess.run(["git", "init", "-q"], cwd=place.folder, check=True)


def test_ignored_files_are_one_line(place: Surroundings) -> None:
    """Whether they are there yet or not."""
    write(place, ".gitignore", ".env.secrets\n.env.deploy\n.dev.vars\n.px/\n")

    [found] = check_ignored(place)

    assert (found.status, found.message) == ("ok", f"ignores {', '.join(NAMES)}")


def test_a_file_that_is_not_ignored_fails(place: Surroundings) -> None:
    """One that is there; a warning for one that may come."""
    write(place, ".gitignore", ".env.deploy\n.px/\n")
    write(place, ".env.secrets")

    secrets, variables = check_ignored(place)

    assert (secrets.status, secrets.hint) == ("fail", "add .env.secrets to .gitignore")
    assert (variables.status, variables.hint) == ("warn", "add .dev.vars to .gitignore")


def test_a_file_that_git_has_fails(place: Surroundings) -> None:
    """Ignoring it afterwards does not help, and its content is no secret any more."""
    write(place, ".env.secrets")
    subprocess.run(["git", "add", "-f", ".env.secrets"], cwd=place.folder, check=True)
    write(place, ".gitignore", ".env.secrets\n.env.deploy\n.dev.vars\n.px/\n")

    [found] = check_ignored(place)

    assert found.status == "fail"
    assert found.hint.startswith("git rm --cached .env.secrets")


def test_from_a_folder_below(place: Surroundings) -> None:
    """The rules of the project's folder are asked for, wherever px is called."""
    write(place, ".gitignore", "/.env.*\n/.dev.vars\n/.px/\n")
    (place.folder / "sub").mkdir()

    assert statuses(check_ignored(Surroundings(place.folder / "sub"))) == [("git", "ok")]


def test_without_a_repository(place: Surroundings) -> None:
    """It is not known, and nothing fails."""
    shutil.rmtree(place.folder / ".git")

    assert statuses(check_ignored(place)) == [("git", "skip")]


def test_without_git(place: Surroundings, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not known, and nothing fails."""
    monkeypatch.setenv("PATH", str(place.folder))

    assert statuses(check_ignored(place)) == [("git", "skip")]
