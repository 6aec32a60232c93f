"""`px grant add AS --read NAME`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from px.commands.grant.options import AppName, read_option
from px.commands.groups import new_app
from px.commands.options import Server, with_server
from px.server_choice import Root

if TYPE_CHECKING:
    from px.api.client import Client
    from px.api.grants import Added

app = new_app()
Read = Annotated[list[str], read_option("A secret that it may read; repeat it for several.")]

ClientFolder = Annotated[
    Path | None,
    typer.Option(
        "--client",
        metavar="DIR",
        help="Copy the client file into the folder of the app's code.",
        show_default=False,
    ),
]


@app.command()
@with_server(root=Root.ELSEWHERE)
def add(server: Server, app_name: AppName, read: Read, client_folder: ClientFolder = None) -> None:
    """Let an app read these secrets over its binding. What it could read before stays.

    An app is a Worker of the same account, in any language, with a service binding to ours. There
    need not be such a secret yet: px warns, for the name may be mistyped.

    The client is for JavaScript and TypeScript, or for Python if the folder has Python files. It
    has no dependencies, and replaces only a file that px wrote.

    \b
    Example: px grant add checkout --read DATABASE_URL --client ../checkout/src
    """
    from positronic.names import parse_app, parse_name
    from px.api.grants import Grants
    from px.app_client.copied import client_files
    from px.project import together

    checked, names = parse_app(app_name), [parse_name(one) for one in read]
    folder = client_folder or Path()
    written = client_files(folder) if client_folder else {}
    with server.connect_to_write() as client, together.written(folder, written):
        added = Grants(client).add(checked, names)
    document = added.grant.document() | {"missing": list(added.missing), "client": [*written]}
    server.tell(
        document | client.location_fields,
        f"{checked} may read {', '.join(added.grant.names)}",
        f"That is at {client.location}",
        *(f"Wrote {name}" for name in written),
    )
    if not server.as_json:
        _warn(client, added)


def _warn(client: Client, added: Added) -> None:
    """Of names that may be mistyped, with the nearest one that px last saw there."""
    import os

    from px import terminal
    from px.commands.nearest_name import nearest
    from px.completion.names import known_names

    known = known_names(client.target, os.environ).read() if added.missing else []
    for name in added.missing:
        meant = nearest(name, known)
        terminal.warn([f"there is no secret {name} yet{f': {meant}' if meant else ''}"])
