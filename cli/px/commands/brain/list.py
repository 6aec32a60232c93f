"""`px brain list`."""

from __future__ import annotations

from px.commands.groups import new_app
from px.commands.options import Server, with_server

app = new_app()


@app.command()
@with_server()
def list_brains(server: Server) -> None:
    """List the project's brains.

    In a pipe: one line per brain, with tabs between title, number of steps and description.

    \b
    Example: px brain list
    """
    from px import terminal
    from px.api.brains import Brains
    from px.brains import listing

    with server.connect() as client:
        found = Brains(client).list()
    if server.as_json:
        documents = [one.document for one in found]
        terminal.document({"brains": documents, "count": len(documents)})
    else:
        listing.brains(found)
