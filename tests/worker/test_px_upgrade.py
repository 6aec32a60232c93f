"""`px upgrade` of a project that an older px made: tests/worker/older_project.zip, by px new.

It needs a package of PyPI: without it these tests fail.
"""

from __future__ import annotations

import json
import re
import tomllib
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from px import __version__
from support.contents import contents
from support.installed_px import InstalledPx
from support.schemas import conforms
from worker.own_project import OwnProject, dev, make_own_project

OLDER = Path(__file__).with_name("older_project.zip")
KEY = "sk-not-a-real-key"
PACKAGE = "python-slugify==8.0.4"
BRAIN = '''\
"""Writes a name as an address would have it."""

from positronic import brain
from slugify import slugify


@brain("address").step("Write")
async def address(state, secrets):
    return {**state, "slug": slugify("Positronic Secrets")}
'''


@pytest.fixture(scope="module")
def older(installed_px: InstalledPx, tmp_path_factory: pytest.TempPathFactory) -> OwnProject:
    """With a brain that needs a package, and a README of its own."""
    folder = tmp_path_factory.mktemp("anywhere")
    found = make_own_project(installed_px, folder)
    with zipfile.ZipFile(OLDER) as archive:
        archive.extractall(folder / "older")
    project = replace(found, folder=folder / "older")
    (project.folder / "README.md").write_text("mine\n")
    listed = project.folder / "pyproject.toml"
    needs = f'[project]\nname = "shop"\nversion = "1"\ndependencies = ["{PACKAGE}"]\n'
    listed.write_text(f"{needs}\n{listed.read_text()}")
    return project


@pytest.fixture(scope="module")
def told(older: OwnProject) -> dict[str, list[str]]:
    done: dict[str, list[str]] = json.loads(older.run("upgrade", "--json"))
    return done


def test_it_says_what_it_did(older: OwnProject, told: dict[str, list[str]]) -> None:
    """The changed README stays, and all else is as `px new` would write it now."""
    conforms("upgrade", told)
    assert told["beside"] == ["README.md.new"]
    assert (older.folder / "README.md").read_text() == "mine\n"
    assert "requirements/worker.txt" in told["replaced"]
    assert ".github/workflows/deploy.yml" in told["created"]


def test_its_packages_are_kept_and_pinned_again(
    older: OwnProject, told: dict[str, list[str]]
) -> None:
    """After the library that this px brings."""
    text = (older.folder / "requirements" / "worker.txt").read_text()
    found = tomllib.loads((older.folder / "pyproject.toml").read_text())

    assert told["beside"]
    assert f"{PACKAGE} \\\n    --hash=sha256:" in text
    assert re.search(r"^text-unidecode==\S+ \\\n    --hash=sha256:", text, re.MULTILINE)
    assert found["project"]["dependencies"][1:] == [PACKAGE]
    assert found["tool"]["px"]["template"] == __version__


@pytest.mark.usefixtures("told")
def test_a_second_run_changes_nothing(older: OwnProject) -> None:
    """There is nothing left to do."""
    before = contents(older.folder)

    again = json.loads(older.run("upgrade", "--json"))

    assert contents(older.folder) == before
    assert [again[name] for name in ("replaced", "created", "removed", "beside")] == [[]] * 4


@pytest.mark.usefixtures("told")
def test_it_runs_afterwards(older: OwnProject) -> None:
    """Its own brain reads a secret, and another uses the package, on the real Worker."""
    (older.folder / "worker" / "brains" / "address.py").write_text(BRAIN)
    with dev(older):
        older.run("secret", "create", "OPENAI_API_KEY", "--stdin", stdin=KEY)
        counted = older.run("brain", "run", "hello", "--watch", "--json")
        written = older.run("brain", "run", "address", "--watch", "--json")

    assert f'"value": {len(KEY)}' in counted
    assert "positronic-secrets" in written


@pytest.mark.usefixtures("told")
def test_a_project_of_a_newer_px_is_refused(older: OwnProject) -> None:
    """This px does not know what that one wrote."""
    listed = older.folder / "pyproject.toml"
    text = listed.read_text()
    listed.write_text(text.replace(f'template = "{__version__}"', 'template = "99.0"'))
    before = contents(older.folder)
    try:
        done = older.px.attempt("upgrade", "--json", cwd=older.folder)

        assert json.loads(done.stderr)["code"] == "newer_project"
        assert contents(older.folder) == before
    finally:
        listed.write_text(text)
