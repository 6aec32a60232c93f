"""`px secret list`."""

from __future__ import annotations

from px.commands.groups import new_app
from px.commands.options import TIMEOUT, Json, Project, Timeout, Url, connect

app = new_app()


@app.command()
def list_secrets(
    url: Url = None, project: Project = None, timeout: Timeout = TIMEOUT, as_json: Json = False
) -> None:
    """List the names and dates of the secrets. Values are never shown.

    In a pipe: one line per secret, with tabs between name, created and updated.

    \b
    Example: px secret list | cut -f1
    """
    from px import tables, terminal

    with connect(url, project, timeout) as client:
        found = list(client.list())
    if as_json:
        secrets = [secret.document() for secret in found]
        terminal.document({"secrets": secrets, "count": len(secrets)})
    else:
        tables.secrets(found)
