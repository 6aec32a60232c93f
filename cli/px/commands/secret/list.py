"""`px secret list`."""

from __future__ import annotations

import click

from px.commands.options import connect, server_options


@click.command("list")
@server_options
def list_secrets(url: str | None, project: str | None, timeout: float, as_json: bool) -> None:
    """List the names of the secrets and their dates. Values never come back.

    In a pipe: a line for each secret, with tabs between name, created and updated.

    \b
    Example: px secret list | cut -f1
    """
    from px import terminal

    with connect(url, project, timeout) as client:
        found = list(client.list())
    if as_json:
        secrets = [secret.document() for secret in found]
        terminal.document({"secrets": secrets, "count": len(secrets)})
    else:
        terminal.secrets(found)
