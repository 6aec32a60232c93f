"""`px secret destroy NAME`."""

from __future__ import annotations

from typing import Annotated

import typer

from px.commands.groups import new_app
from px.commands.nearest_name import nearest_secret
from px.commands.options import IfVersion, Name, Server, Yes, secrets_of, with_server
from px.commands.question import ask

app = new_app()
Version = Annotated[
    int | None,
    typer.Option("--version", metavar="N", min=1, help="Only this version.  [default: all]"),
]


@app.command()
@with_server()
def destroy(
    server: Server,
    name: Name,
    version: Version = None,
    if_version: IfVersion = None,
    yes: Yes = False,
) -> None:
    """Remove a secret, or one version, for good. Asks first; without a terminal it needs --yes.

    Its sealed text can be read nowhere in the ledger any more. It cannot be restored, and the
    history keeps only the version's line. It needs an admin's token. The current version alone
    cannot be destroyed: write another value first. A version that was rolled back to has its value
    in the newer version too: px warns of it. With --if-version N, the secret is destroyed only if N
    is its current version.

    \b
    Example: px secret destroy OPENAI_API_KEY --version 3
             px secret destroy OLD_API_KEY --yes
    """
    from positronic.names import parse_name
    from px import terminal
    from px.api import doubt
    from px.api.versions import Versions
    from px.errors import Usage

    checked = parse_name(name)
    if version is not None and if_version is not None:
        raise Usage("--version and --if-version cannot be used together")
    with server.connect_to_write(asks=not yes) as client, nearest_secret(client, checked):
        same = [] if version is None else Versions(client, checked).history().same_value(version)
        if same and not server.as_json:
            listed = ", ".join(map(str, same))
            terminal.warn([f"version {version} has the same value as {listed}, which stays"])
        what = f"the secret {checked} and all its versions"
        what = what if version is None else f"version {version} of the secret {checked}"
        question = f"Destroy {what}, for good, at {client.location}?"
        ask(question, "nothing was destroyed", yes=yes)
        if version is None:
            secrets = secrets_of(client)
            secrets.delete(checked, doubt.DESTROY, if_version=if_version, is_destroyed=True)
        else:
            Versions(client, checked).destroy_version(version)
    one = {} if version is None else {"version": version, "sameValue": same}
    server.tell(
        {"name": checked, "destroyed": True, **one} | client.location_fields,
        "Secret destroyed successfully!" if version is None else f"Version {version} is destroyed.",
        f"It was stored at {client.location}",
    )
