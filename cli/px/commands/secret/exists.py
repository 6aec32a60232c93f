"""`px secret exists NAME`."""

from __future__ import annotations

import typer

from px.commands.groups import new_app
from px.commands.options import Name, Server, secrets_of, with_server

app = new_app()


@app.command()
@with_server()
def exists(server: Server, name: Name) -> None:
    """Tell whether a secret exists; exit code 0 or 1.

    Prints true or false. The server also opens it: what is stored and does not open is an error,
    with exit code 5. Where nobody there may read it back, px prints true with a warning.

    \b
    Example: px secret exists OPENAI_API_KEY && px deploy
    """
    from positronic.names import parse_name
    from px import terminal

    checked = parse_name(name)
    with server.connect() as client:
        found = secrets_of(client).standing(checked)
    if server.as_json:
        terminal.document({"name": checked, **found.document()})
    else:
        terminal.data("true" if found.exists else "false")
        if found.exists and not found.opens:
            terminal.warn([f"{checked} is stored; the server does not say whether it opens"])
    raise typer.Exit(0 if found.exists else 1)
