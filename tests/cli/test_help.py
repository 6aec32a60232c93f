"""Every command explains itself."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from px.commands.groups import Command, LazyGroup, as_command
from px.commands.root import app
from support.px_process import Px
from support.source import ROOT


def commands(command: Command, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Command]:
    """Every command by its path, groups included."""
    found = {path: command}
    if isinstance(command, LazyGroup):
        context = typer.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            found |= commands(below, (*path, name))
    return found


COMMANDS = commands(as_command(app))
PATHS = list(COMMANDS)


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_every_command_has_help_with_an_example(tmp_path: Path, path: tuple[str, ...]) -> None:
    """--help works without a server and shows how the command is used."""
    done = Px(tmp_path).run(*path, "--help")

    assert (done.returncode, done.stderr) == (0, "")
    assert f"Example: {' '.join(['px', *path])}" in done.stdout
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_every_command_is_documented_where_it_is_written(path: tuple[str, ...]) -> None:
    """Its docstring is its help, with an example."""
    callback = COMMANDS[path].callback

    assert callback is not None
    assert "Example: px" in (callback.__doc__ or "")


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_every_command_is_in_the_readme(path: tuple[str, ...]) -> None:
    """What px can do is told on the first page."""
    assert " ".join(["px", *path]) in (ROOT / "README.md").read_text()


GROUPS = [(), ("secret",), ("token",), ("key",), ("brain",)]


@pytest.mark.parametrize("path", [p for p in PATHS if p not in GROUPS], ids=" ".join)
def test_every_command_speaks_json(tmp_path: Path, path: tuple[str, ...]) -> None:
    """--json is everywhere."""
    assert "--json" in Px(tmp_path).run(*path, "--help").stdout


@pytest.mark.parametrize("group", ["secret", "token", "key", "brain"])
def test_a_group_alone_shows_its_help(tmp_path: Path, group: str) -> None:
    """`px secret` is a question, answered on stderr with the exit code of usage."""
    done = Px(tmp_path).run(group)

    assert (done.returncode, done.stdout, "Commands:" in done.stderr) == (2, "", True)


def test_px_starts_without_what_it_does_not_need(tmp_path: Path) -> None:
    """What cannot be asked imports no HTTP, no dotenv parser, no rich and no local Worker."""
    done = Px(tmp_path).run(
        "secret", "list", environment={"PYTHONPROFILEIMPORTTIME": "1", "PX_URL": "https://h.dev"}
    )

    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "px.settings" in imported
    unneeded = {"httpx", "dotenv", "rich", "click", "tenacity", "uvicorn", "px.local"}
    assert not imported & unneeded
