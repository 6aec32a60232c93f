"""`px secret rollback NAME --to N`."""

from __future__ import annotations

from typing import Annotated

import typer

from px.commands.groups import new_app
from px.commands.nearest_name import nearest_secret
from px.commands.options import IfVersion, Name, Server, secrets_of, with_server

app = new_app()
To = Annotated[
    int | None, typer.Option("--to", metavar="N", min=1, help="The version to go back to.")
]


@app.command()
@with_server()
def rollback(server: Server, name: Name, to: To = None, if_version: IfVersion = None) -> None:
    """Write the value of an earlier version again, as a new version.

    `px secret history` shows the versions; --to names one.

    Nothing is lost: the version that was current stays in `px secret history`, so that you can roll
    back to it too. Brains read the new version from then on.

    \b
    Example: px secret rollback OPENAI_API_KEY --to 3
             px secret rollback OPENAI_API_KEY --to 3 --if-version 5
    """
    from positronic.names import parse_name
    from px.api.versions import Versions
    from px.errors import Usage

    checked = parse_name(name)
    if to is None:
        raise Usage("--to is missing", hint=f"`px secret history {checked}` shows the versions")
    with server.connect_to_write() as client, nearest_secret(client, checked):
        secret = Versions(client, checked).rollback(to, if_version)
        secrets_of(client).note(checked)
    what = f"Version {secret.version} has the value of version {to}"
    server.tell(
        secret.document() | client.location_fields,
        "Secret rolled back successfully!",
        f"{what}. It is stored at {client.location}",
    )
