"""`px secret delete NAME`."""

from __future__ import annotations

import sys

import click

from px.commands.options import connect, name_argument, server_options


@click.command()
@name_argument
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@server_options
def delete(
    name: str, yes: bool, url: str | None, project: str | None, timeout: float, as_json: bool
) -> None:
    """Delete a secret. Asks first; without a terminal it needs --yes.

    \b
    Example: px secret delete OLD_API_KEY --yes
    """
    from positronic.names import parse_name
    from px import terminal

    checked = parse_name(name)
    with connect(url, project, timeout) as client:
        if not yes:
            _ask(checked)
        client.delete(checked)
    if as_json:
        terminal.document({"name": checked, "deleted": True})
    else:
        terminal.say("Secret deleted successfully!")


def _ask(name: str) -> None:
    from px import terminal
    from px.failures import Refused

    if not terminal.is_terminal(sys.stdin):
        raise Refused(
            "there is no terminal to ask on; nothing was deleted",
            code="not_confirmed",
            hint="use --yes",
        )
    if not terminal.confirm(f"Delete the secret {name}?"):
        raise Refused("nothing was deleted", code="not_confirmed")
