"""`px grant add AS --read NAME`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from px.commands.grant.options import AppName, read_option
from px.commands.groups import new_app
from px.commands.nearest_name import warn_of_missing
from px.commands.options import Server, with_server
from px.server_choice import Root

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
        warn_of_missing(client, added.missing)
