"""`px`: the commands and where they are."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated, ClassVar

import typer

from px.commands.groups import LazyGroup, as_command, new_app
from px.commands.options import Env
from px.invocation import begin


class Px(LazyGroup):
    modules: ClassVar = {
        "secret": "px.commands.secret",
        "token": "px.commands.token",
        "grant": "px.commands.grant",
        "target": "px.commands.target",
        "audit": "px.commands.audit",
        "key": "px.commands.key",
        "project": "px.commands.project",
        "brain": "px.commands.brain",
        "new": "px.commands.new",
        "add": "px.commands.add",
        "remove": "px.commands.remove",
        "upgrade": "px.commands.upgrade",
        "env": "px.commands.env",
        "dev": "px.commands.dev",
        "serve": "px.commands.serve",
        "logs": "px.commands.logs",
        "run": "px.commands.run",
        "doctor": "px.commands.doctor",
        "deploy": "px.commands.deploy",
        "tools": "px.commands.tools",
        "spec": "px.commands.spec",
        "schema": "px.commands.schema",
        "completion": "px.commands.completion",
    }


app = new_app(Px)


def _show_version(wanted: bool) -> None:
    """app.py does this without typer if --version is alone and stdout accepts it."""
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
def px(version: Version = False, env: Env = None) -> None:
    """Manage the secrets of Positronic projects: create, list, delete; never show.

    \b
    Example: px secret create OPENAI_API_KEY

    \b
    Exit codes:
      0  done, or the answer is yes
      1  the answer is no, or the request was refused
      2  wrong usage: the command or its input is not valid; nothing was sent
      3  the server could not be reached
      4  the token is not allowed to do this
      5  the server failed
      130  interrupted (143 by SIGTERM, 129 by SIGHUP, 131 by SIGQUIT)

    px run exits with its command's exit code; 126 if it cannot be executed, 127 if it is not found.
    """


def execute(arguments: Sequence[str]) -> int:
    """Runs a command and returns its exit code. Raises whatever stopped it."""
    if sys.stdout is not None and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
    begin()
    command = as_command(app)
    try:
        # Not app(): it would handle Ctrl-C and broken pipes in its own way.
        with command.make_context("px", list(arguments)) as context:
            command.invoke(context)
    except typer.Exit as end:
        return end.exit_code
    return 0
