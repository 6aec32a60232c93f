"""`px secret list [PREFIX]`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from px.commands.groups import new_app
from px.commands.options import Server, known_secret, secrets_of, with_server

if TYPE_CHECKING:
    from px.api.secrets import Secret, Secrets

app = new_app()
Prefix = Annotated[
    str,
    typer.Argument(
        metavar="[PREFIX]",
        help="Only names that start like this.",
        show_default=False,
        autocompletion=known_secret,
    ),
]
Deleted = Annotated[
    bool, typer.Option("--deleted", help="List deleted secrets that can still be restored.")
]

Unused = Annotated[
    str | None,
    typer.Option("--unused", metavar="TIME", help="List what nobody read for a time like 90d."),
]


@app.command()
@with_server()
def list_secrets(
    server: Server, prefix: Prefix = "", deleted: Deleted = False, unused: Unused = None
) -> None:
    """List the secrets: names, versions, dates, and who changed them. Values are never shown.

    In a pipe: one line per secret, with tabs between name, created, updated, version, by and due;
    with --deleted between name, deleted, version, by and the time until which it can be restored;
    with --unused between name, last read, created and version. --unused warns if it cannot know.

    \b
    Example: px secret list | cut -f1
             px secret list STRIPE_
             px secret list --deleted
             px secret list --unused 90d
    """
    from px import tables, terminal
    from px.secrets import policy_tables

    if unused is not None:
        _list_unused(server, prefix, unused, deleted=deleted)
        return
    with server.connect() as client:
        found = _found(secrets_of(client), prefix, deleted=deleted)
    if server.as_json:
        secrets = [secret.document() for secret in found]
        terminal.document({"secrets": secrets, "count": len(secrets)})
    elif deleted:
        tables.deleted_secrets(found)
    else:
        tables.secrets(found, prefix)
        terminal.warn(policy_tables.expired(found))


def _list_unused(server: Server, prefix: str, unused: str, *, deleted: bool) -> None:
    from px import terminal
    from px.api.uses import unused_secrets
    from px.commands.durations import parse_unused
    from px.errors import Usage
    from px.secrets import uses_table

    if deleted:
        raise Usage("--unused and --deleted cannot be combined")
    seconds = parse_unused(unused)
    with server.connect() as client:
        found = unused_secrets(secrets_of(client), seconds, prefix)
    if server.as_json:
        secrets = [one.document() for one in found.secrets]
        since = {} if found.since is None else {"countedSince": found.since}
        document = {"secrets": secrets, "count": len(secrets), **since}
        terminal.document({**document, "complete": found.is_complete})
    else:
        uses_table.unused(found, unused)


def _found(secrets: Secrets, prefix: str, *, deleted: bool) -> list[Secret]:
    """Sorted by name; the server lists deleted ones by when they are removed."""
    every = secrets.some({"deleted": "true"}) if deleted else secrets.list()
    found = [one for one in every if one.name.startswith(prefix)]
    return sorted(found, key=lambda one: one.name) if deleted else found
