"""`px secret list`."""

from __future__ import annotations

from px.commands.groups import new_app
from px.commands.options import Server, secrets_of, with_server

app = new_app()


@app.command()
@with_server()
def list_secrets(server: Server) -> None:
    """List the names and dates of the secrets. Values are never shown.

    In a pipe: one line per secret, with tabs between name, created and updated.

    \b
    Example: px secret list | cut -f1
    """
    from px import tables, terminal

    with server.connect() as client:
        found = list(secrets_of(client).list())
    if server.as_json:
        secrets = [secret.document() for secret in found]
        terminal.document({"secrets": secrets, "count": len(secrets)})
    else:
        tables.secrets(found)
