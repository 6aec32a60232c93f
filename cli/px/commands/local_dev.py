"""Joins `px dev` with the import that puts `.env.secrets` into it."""

from __future__ import annotations

from pathlib import Path

import click

_PORT = 8787


@click.command()
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    default=_PORT,
    show_default=True,
    metavar="PORT",
    help="The port on 127.0.0.1.",
)
@click.option("--verbose", is_flag=True, help="Show the Worker's log on stderr.")
@click.option("--json", "as_json", is_flag=True, help="The ready line and errors as JSON.")
@click.pass_context
def dev(context: click.Context, port: int, verbose: bool, as_json: bool) -> None:
    """Run the real Worker on this machine, with local KV.

    .env.secrets goes into it at the start and whenever the file changes. Ctrl-C ends it.

    \b
    Example: px dev --port 8787
    """
    import typer

    from px.commands.dev import dev_command

    try:
        dev_command(_push)(port, verbose, as_json)
    except typer.Exit as end:
        context.exit(end.exit_code)


def _push(path: Path, url: str, token: str) -> None:
    from px.importing import push

    push(path, url, token)
