"""`px grant list`."""

from __future__ import annotations

from px.commands.groups import new_app
from px.commands.options import Server, with_server
from px.server_choice import Root

app = new_app()


@app.command()
@with_server(root=Root.ELSEWHERE)
def list_grants(server: Server) -> None:
    """List which app may read which secrets over its binding.

    In a pipe: one line per app, with tabs between its name, the secrets (with commas between
    them), created, updated, and who changed it last.

    \b
    Example: px grant list
    """
    from px import tables, terminal
    from px.api.grants import Grants

    with server.connect() as client:
        found = list(Grants(client).list())
    if server.as_json:
        terminal.document({"grants": [one.document() for one in found], "count": len(found)})
    else:
        tables.grants(found)
