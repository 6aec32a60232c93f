"""`px token list`."""

from __future__ import annotations

from px.commands.groups import new_app
from px.commands.options import Server, with_server
from px.server_choice import Root

app = new_app()


@app.command()
@with_server(root=Root.ELSEWHERE)
def list_tokens(server: Server) -> None:
    """List a project's tokens. Shows id, name, role and dates, never the token.

    In a pipe: one line per token, with tabs between id, name, role, created, expires and the id of
    the token that issued it, or root.

    \b
    Example: px token list
    """
    from px import tables, terminal
    from px.api.tokens import Tokens

    with server.connect() as client:
        found = list(Tokens(client).list())
    if server.as_json:
        terminal.document({"tokens": [one.document() for one in found], "count": len(found)})
    else:
        tables.tokens(found)
