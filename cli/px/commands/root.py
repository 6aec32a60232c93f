"""`px`: the commands and where they are."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from px.commands.groups import CONTEXT, LazyGroup

_PLACES = {
    "secret": "px.commands.secret:secret",
    "dev": "px.commands.local_dev:dev",
    "spec": "px.commands.local_spec:spec",
}


@click.group(cls=LazyGroup, places=_PLACES, context_settings=CONTEXT)
@click.option("-V", "--version", is_flag=True, help="Show px's version.")  # app.py answers it
def px(version: bool) -> None:
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
    try:
        # Not px.main(): it would meddle with Ctrl-C and broken pipes.
        with px.make_context("px", list(arguments)) as context:
            px.invoke(context)
    except click.exceptions.Exit as end:
        return end.exit_code
    return 0
