from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from px.project.errors import LocalError
from px.tools import inventory
from px.tools.place import Tools

STRANGER: Final = 12_345


@pytest.fixture
def tools(tmp_path: Path) -> Tools:
    """A folder with a file, a program and a link, as a set-up leaves it."""
    made = Tools(tmp_path / "px" / "tools" / "one")
    made.node_modules.mkdir(parents=True)
    (made.node_modules / "a.js").write_text("a")
    made.wrapper.write_text("#!/bin/sh\n")
    made.wrapper.chmod(0o777)
    (made.node_modules / "link").symlink_to("a.js")
    inventory.write(made)
    return made


def _append(tools: Tools) -> None:
    with (tools.node_modules / "a.js").open("a") as file:
        file.write("b")


def _replace_by_link(tools: Tools) -> None:
    copy = tools.folder.with_name("copy")
    (tools.node_modules / "a.js").rename(copy)
    (tools.node_modules / "a.js").symlink_to(copy)


def _lead_elsewhere(tools: Tools) -> None:
    (tools.node_modules / "link").unlink()
    (tools.node_modules / "link").symlink_to("/bin/sh")


CHANGES: Final[dict[str, tuple[Callable[[Tools], object], str]]] = {
    "text": (_append, "node_modules/a.js was changed"),
    "a link for a file": (_replace_by_link, "node_modules/a.js was changed"),
    "another target": (_lead_elsewhere, "node_modules/link was changed"),
    "missing": (lambda tools: tools.wrapper.unlink(), "workerd is missing"),
    "new": (lambda tools: (tools.node_modules / "b.js").touch(), "node_modules/b.js is new"),
    "a writable file": (
        lambda tools: (tools.node_modules / "a.js").chmod(0o646),
        "node_modules/a.js can be written by other users",
    ),
    "a writable folder": (
        lambda tools: tools.node_modules.chmod(0o777),
        "node_modules can be written by other users",
    ),
    "a writable folder above": (
        lambda tools: tools.folder.parent.chmod(0o777),
        ".. can be written by other users",
    ),
    "no inventory to speak of": (
        lambda tools: tools.inventory.write_text("{"),
        "files.json was changed",
    ),
}


def test_what_was_not_touched_passes(tools: Tools) -> None:
    """Every file and link is compared."""
    assert inventory.check(tools) == 3


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_not_as_it_was_set_up_is_refused_by_name(tools: Tools, name: str) -> None:
    """With the folder to delete, once somebody knows why."""
    change, sentence = CHANGES[name]
    change(tools)

    with pytest.raises(inventory.ToolsChanged) as caught:
        inventory.check(tools)

    assert caught.value.message == f"px does not use its tools: {sentence}"
    assert str(tools.folder) in caught.value.hint


def test_another_users_file_is_refused(tools: Tools, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever owns a file can change it after the look."""
    monkeypatch.setattr("px.project.private_files.owners", lambda: {STRANGER})

    with pytest.raises(inventory.ToolsChanged, match=f"another user .uid {os.geteuid()}"):
        inventory.check(tools)


def test_nobody_else_may_write_what_was_set_up(tools: Tools) -> None:
    """Whatever the umask was while npm ran."""
    modes = [path.stat().st_mode & 0o022 for path in tools.folder.rglob("*")]

    assert {*modes} == {0}


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    """With the command that sets it up."""
    with pytest.raises(LocalError, match="px's tools are not set up") as caught:
        inventory.check(Tools(tmp_path))

    assert "px tools --set-up" in caught.value.hint
