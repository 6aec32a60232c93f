"""`px secret due`."""

from __future__ import annotations

from typing import Annotated

import typer

from px.commands.groups import new_app
from px.commands.options import Server, with_server

app = new_app()
Within = Annotated[
    str, typer.Option("--within", metavar="TIME", help="How far to look ahead: 12h, 14d, 8w.")
]


@app.command()
@with_server()
def due(server: Server, within: Within = "14d") -> None:
    """List what expires or is to be rotated; exit code 0 or 1.

    For CI and cron: exit code 0 if nothing is due. What was due before is listed too, soonest
    first. In a pipe: one line per secret, with tabs between name, when it is due, why (expires or
    rotate) and its note.

    \b
    Example: px secret due
             px secret due --within 30d --json
    """
    from px import terminal
    from px.api.policies import Policies
    from px.commands.durations import parse_within
    from px.secrets import policy_tables

    seconds = parse_within(within)
    with server.connect() as client:
        found = list(Policies(client).due(seconds))
    if server.as_json:
        secrets = [one.document() for one in found]
        terminal.document({"due": secrets, "count": len(secrets)})
    else:
        policy_tables.due(found, within)
    raise typer.Exit(1 if found else 0)
