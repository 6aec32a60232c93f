"""`px`: the commands and where they are."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated, ClassVar

import typer

from px.commands.groups import LazyGroup, as_command, new_app


class Px(LazyGroup):
    places: ClassVar = {
        "secret": "px.commands.secret",
        "token": "px.commands.token",
        "audit": "px.commands.audit",
        "key": "px.commands.key",
        "dev": "px.commands.dev",
        "deploy": "px.commands.deploy",
        "spec": "px.commands.spec",
    }


app = new_app(Px)
# app.py answers it, before anything is imported.
Version = Annotated[bool, typer.Option("-V", "--version", help="Show px's version.")]


@app.callback()
def px(version: Version = False) -> None:
    """Secrets for Positronic projects: put in, listed, deleted, never shown.

    \b
    Example: px secret create OPENAI_API_KEY

    \b
    Exit codes:
      0  done, or yes
      1  no, or refused
      2  usage: the command or its input cannot be used; nothing was sent
      3  server not reached
      4  not allowed
      5  server failed
      130  interrupted
    """


def execute(arguments: Sequence[str]) -> int:
    """Run a command; its exit code. Raises what stopped it."""
    if sys.stdout is not None and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
    command = as_command(app)
    try:
        # Not app(): it would meddle with Ctrl-C and broken pipes.
        with command.make_context("px", list(arguments)) as context:
            command.invoke(context)
    except typer.Exit as end:
        return end.exit_code
    return 0
