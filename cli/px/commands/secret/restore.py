"""`px secret restore NAME`."""

from __future__ import annotations

from px.commands.groups import new_app
from px.commands.nearest_name import nearest_secret
from px.commands.options import Name, Server, secrets_of, with_server

app = new_app()


@app.command()
@with_server()
def restore(server: Server, name: Name) -> None:
    """Restore a deleted secret, with its last value, as a new version.

    `px secret list --deleted` lists what can be restored, and until when.

    \b
    Example: px secret restore OPENAI_API_KEY
    """
    from positronic.names import parse_name
    from px.api.versions import Versions

    checked = parse_name(name)
    with server.connect_to_write() as client, nearest_secret(client, checked):
        secret = Versions(client, checked).restore()
        secrets_of(client).note(checked)
    server.tell(
        secret.document() | client.location_fields,
        "Secret restored successfully!",
        f"It is version {secret.version}, stored at {client.location}",
    )
