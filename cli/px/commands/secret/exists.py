"""`px secret exists NAME`."""

from __future__ import annotations

import click

from px.commands.options import connect, name_argument, server_options


@click.command()
@name_argument
@server_options
@click.pass_context
def exists(
    context: click.Context,
    name: str,
    url: str | None,
    project: str | None,
    timeout: float,
    as_json: bool,
) -> None:
    """Say whether a secret exists: true and exit code 0, or false and exit code 1.

    \b
    Example: px secret exists OPENAI_API_KEY && make deploy
    """
    from positronic.names import parse_name
    from px import terminal

    checked = parse_name(name)
    with connect(url, project, timeout) as client:
        found = client.exists(checked)
    if as_json:
        terminal.document({"name": checked, "exists": found})
    else:
        terminal.data("true" if found else "false")
    context.exit(0 if found else 1)
