"""`px secret list`."""

from __future__ import annotations

from px.commands.groups import new_app
from px.commands.options import TIMEOUT, Json, Project, Timeout, Url, connect, secrets_of

app = new_app()


@app.command()
def list_secrets(
    url: Url = None, project: Project = None, timeout: Timeout = TIMEOUT, as_json: Json = False
) -> None:
    """List the names of the secrets and their dates. Values never come back.

    In a pipe: a line for each secret, with tabs between name, created and updated.

    \b
    Example: px secret list | cut -f1
    """
    from px import tables, terminal

    with connect(url, project, timeout) as client:
        found = list(secrets_of(client).list())
    if as_json:
        secrets = [secret.document() for secret in found]
        terminal.document({"secrets": secrets, "count": len(secrets)})
    else:
        tables.secrets(found)
