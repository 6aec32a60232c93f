"""Every command explains itself."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from px.commands.root import px as root
from support.px_process import Px


def commands(command: click.Command, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The path of every command, groups included."""
    if not isinstance(command, click.Group):
        return [path]
    context = click.Context(command)
    found = [path]
    for name in command.list_commands(context):
        below = command.get_command(context, name)
        assert below is not None
        found += commands(below, (*path, name))
    return found


@pytest.mark.parametrize("path", commands(root), ids=" ".join)
def test_every_command_has_help_with_an_example(tmp_path: Path, path: tuple[str, ...]) -> None:
    """--help works without a server and shows how the command is used."""
    done = Px(tmp_path).run(*path, "--help")

    assert (done.returncode, done.stderr) == (0, "")
    assert f"Example: {' '.join(['px', *path])}" in done.stdout
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize("path", [p for p in commands(root) if p[:1] == ("secret",)][1:])
def test_every_secret_command_speaks_json(tmp_path: Path, path: tuple[str, ...]) -> None:
    """--json is everywhere."""
    assert "--json" in Px(tmp_path).run(*path, "--help").stdout


def test_a_group_alone_shows_its_help(tmp_path: Path) -> None:
    """`px secret` is a question, answered on stderr with the exit code of usage."""
    done = Px(tmp_path).run("secret")

    assert (done.returncode, done.stdout, "Commands:" in done.stderr) == (2, "", True)


def test_px_starts_without_what_it_does_not_need(tmp_path: Path) -> None:
    """Listing secrets imports neither pydantic nor a dotenv parser nor the local Worker."""
    done = Px(tmp_path).run(
        "secret", "list", environment={"PYTHONPROFILEIMPORTTIME": "1", "PX_URL": "https://h.dev"}
    )

    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "px.settings" in imported
    assert not imported & {"pydantic", "dotenv", "httpx", "typer", "rich", "uvicorn", "px.local"}
