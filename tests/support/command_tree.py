"""Every command that px has, found where px itself finds them."""

from __future__ import annotations

from typing import Final

import typer

from px.commands.groups import Command, LazyGroup, as_command
from px.commands.root import app

Path = tuple[str, ...]


def walk(command: Command, path: Path = ()) -> dict[Path, Command]:
    """A command and all below it, by path."""
    found = {path: command}
    if isinstance(command, LazyGroup):
        context = typer.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            found |= walk(below, (*path, name))
    return found


def _does_something(command: Command) -> bool:
    return not isinstance(command, LazyGroup) or command.invoke_without_command


COMMANDS: Final = walk(as_command(app))
GROUPS: Final = [path for path, command in COMMANDS.items() if not _does_something(command)]
LEAVES: Final = [path for path in COMMANDS if path not in GROUPS]
