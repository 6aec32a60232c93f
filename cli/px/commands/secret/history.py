"""`px secret history NAME`."""

from __future__ import annotations

from px.commands.groups import new_app
from px.commands.nearest_name import nearest_secret
from px.commands.options import Name, Server, with_server

app = new_app()


@app.command()
@with_server()
def history(server: Server, name: Name) -> None:
    """List the versions of a secret, newest first. Values are never shown.

    States: current; previous, which `px secret rollback` can write again; deleted, which `px secret
    restore` can; and destroyed. In a pipe: one line per version, with tabs between version, state,
    created, by and the version whose value it has again (or -).

    \b
    Example: px secret history OPENAI_API_KEY
    """
    from positronic.names import parse_name
    from px import tables, terminal
    from px.api.versions import Versions

    checked = parse_name(name)
    with server.connect() as client, nearest_secret(client, checked):
        found = Versions(client, checked).history()
    if server.as_json:
        terminal.document(found.document())
    else:
        tables.history(found)
