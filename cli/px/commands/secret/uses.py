"""`px secret uses NAME`."""

from __future__ import annotations

from typing import Annotated

import typer

from px.commands.groups import new_app
from px.commands.nearest_name import nearest_secret
from px.commands.options import Name, Server, with_server

app = new_app()
Version = Annotated[
    int | None,
    typer.Option("--version", metavar="N", min=1, help="Only reads of this version."),
]


@app.command()
@with_server()
def uses(server: Server, name: Name, version: Version = None) -> None:
    """Show who read a secret, which version, how often and when.

    For when a version has leaked: what used it, and what still does. Reads are counted by version,
    reader and day, and kept for 90 days, also after the secret is deleted. What a run read from a
    copy, because the ledger could not be reached, is counted when the run has ended.

    In a pipe: one line per version and reader, with tabs between version, type of reader, reader,
    host, reads, first and last read. With --json: the counts of each day.

    \b
    Example: px secret uses DATABASE_URL --version 3
    """
    from positronic.names import parse_name
    from px import terminal
    from px.api import uses
    from px.secrets import uses_table

    checked = parse_name(name)
    with server.connect() as client, nearest_secret(client, checked):
        found = uses.uses(client, checked, version)
    if server.as_json:
        since = {} if found.since is None else {"countedSince": found.since}
        days = [one.document() for one in found.days]
        terminal.document({"name": checked, "uses": days, "count": len(days), **since})
    else:
        uses_table.show(checked, version, found)
