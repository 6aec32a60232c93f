"""`px schema [COMMAND]`."""

from __future__ import annotations

from typing import Annotated

import typer

from px.commands.groups import new_app
from px.commands.options import Json

app = new_app()
Words = Annotated[
    list[str] | None,
    typer.Argument(metavar="COMMAND", help="Like `secret list`, or `error`.  [default: list them]"),
]


@app.command()
def schema(words: Words = None, as_json: Json = False) -> None:
    """Print the JSON Schema of what a command prints with --json.

    Later versions may add fields, but never remove one or change its meaning. `error` is what every
    command prints to stderr with --json when it fails.

    \b
    Example: px schema secret list
    """
    import json

    from px import terminal
    from px.commands.nearest_name import nearest
    from px.errors import Usage
    from px.schemas import known, text

    command = " ".join(_canonical(words or []))
    if not command:
        _list(known(), as_json=as_json)
    elif command not in known():
        hint = nearest(command, known()) or "`px schema` lists them"
        raise Usage("there is no schema with that name", hint=hint)
    elif as_json:
        terminal.document(json.loads(text(command)))
    else:
        terminal.data(text(command))


def _list(commands: list[str], *, as_json: bool) -> None:
    from px import terminal

    if as_json:
        terminal.document({"commands": commands})
    else:
        terminal.data("\n".join(commands))


def _canonical(words: list[str]) -> list[str]:
    """The words, with a command's own name for its alias."""
    from px.commands.groups import Command, LazyGroup, as_command
    from px.commands.root import app as root

    found: list[str] = []
    command: Command | None = as_command(root)
    for word in words:
        group = command if isinstance(command, LazyGroup) else LazyGroup()
        found.append(group.aliases.get(word, word))
        command = group.get_command(None, word)
    return found
