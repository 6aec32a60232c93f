"""`px secret delete NAME`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from px.commands.groups import new_app
from px.commands.options import TIMEOUT, Json, Name, Project, Timeout, Url, connect

app = new_app()
Yes = Annotated[bool, typer.Option("-y", "--yes", help="Do not ask.")]


@app.command()
def delete(
    name: Name,
    yes: Yes = False,
    url: Url = None,
    project: Project = None,
    timeout: Timeout = TIMEOUT,
    as_json: Json = False,
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
