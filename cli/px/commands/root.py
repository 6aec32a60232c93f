"""`px`: the commands and where they are."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated, ClassVar

import typer

from px.commands.groups import LazyGroup, as_command, new_app
from px.invocation import begin


class Px(LazyGroup):
    modules: ClassVar = {
        "secret": "px.commands.secret",
        "token": "px.commands.token",
        "audit": "px.commands.audit",
        "key": "px.commands.key",
        "brain": "px.commands.brain",
        "dev": "px.commands.dev",
        "run": "px.commands.run",
        "doctor": "px.commands.doctor",
        "deploy": "px.commands.deploy",
        "spec": "px.commands.spec",
        "schema": "px.commands.schema",
        "completion": "px.commands.completion",
    }


app = new_app(Px)


def _show_version(wanted: bool) -> None:
    """app.py does it without typer, where nothing else is said and stdout takes it."""
    if wanted:
        from px import __version__, terminal

        terminal.data(f"px {__version__}")
        raise typer.Exit


Version = Annotated[
    bool,
    typer.Option(
        "-V", "--version", help="Show px's version.", is_eager=True, callback=_show_version
    ),
]


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
      130  interrupted; by SIGTERM 143, by SIGHUP 129, by SIGQUIT 131

    px run ends as its command does; 126 when that cannot be executed, 127 when it was not found.
    """


def execute(arguments: Sequence[str]) -> int:
    """Run a command; its exit code. Raises what stopped it."""
    if sys.stdout is not None and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
    begin()
    command = as_command(app)
    try:
        # Not app(): it would meddle with Ctrl-C and broken pipes.
        with command.make_context("px", list(arguments)) as context:
            command.invoke(context)
    except typer.Exit as end:
        return end.exit_code
    return 0
