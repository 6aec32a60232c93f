"""`px secret policy NAME`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from px.commands.groups import new_app
from px.commands.nearest_name import nearest_secret
from px.commands.options import Name, Server, Yes, with_server
from px.commands.question import ask

if TYPE_CHECKING:
    from positronic import names
    from px.api.client import Client

app = new_app()
Note = Annotated[
    str | None,
    typer.Option("--note", metavar="TEXT", help="One line, readable by all; empty: none."),
]
Expires = Annotated[
    str | None,
    typer.Option("--expires", metavar="TIME", help="90d, 2027-01-31, ISO 8601, or never."),
]
RotateEvery = Annotated[
    str | None,
    typer.Option("--rotate-every", metavar="TIME", help="Whole days: 90d, 12w, or never."),
]
Enforce = Annotated[
    bool | None,
    typer.Option("--enforce/--no-enforce", help="Refuse to read it after it has expired, or warn."),
]
Keep = Annotated[
    int | None,
    typer.Option(
        "--keep", metavar="N", help="How many versions to keep, 1 to 100; fewer: admins only."
    ),
]
KeepDeleted = Annotated[
    str | None,
    typer.Option("--keep-deleted", metavar="TIME", help="How long a deleted one is kept: 30d, 0d."),
]


@app.command()
@with_server()
def policy(
    server: Server,
    name: Name,
    note: Note = None,
    expires: Expires = None,
    rotate_every: RotateEvery = None,
    enforce: Enforce = None,
    keep: Keep = None,
    keep_deleted: KeepDeleted = None,
    yes: Yes = False,
) -> None:
    """Show or change a secret's policy: its end, rotation and note.

    The value and its version stay. Without options it only shows. What no option names stays as it
    is. A policy belongs to the name: a new value changes nothing of it. A note is not encrypted:
    put no value into it. To keep less than before needs an admin's token. Where --keep destroys
    versions that there are, px asks first, or needs --yes. After a secret has expired, px and
    brains' runs warn; with --enforce, brains cannot read it any more.

    \b
    Example: px secret policy API_KEY --expires 2027-01-31 --rotate-every 90d
             px secret policy API_KEY --note "account of the shop" --enforce
             px secret policy API_KEY --expires never --no-enforce
    """
    from positronic.names import parse_name
    from px import terminal
    from px.api.policies import Policies
    from px.commands.secret.policy_options import changes
    from px.secrets import policy_tables

    checked = parse_name(name)
    fields = changes(note, expires, rotate_every, enforce, keep, keep_deleted)
    connected = server.connect_to_write() if fields else server.connect()
    with connected as client, nearest_secret(client, checked):
        policies = Policies(client)
        if keep is not None and not yes:
            _agree(client, checked, keep)
        found = policies.change(checked, fields) if fields else policies.of(checked)
        if server.as_json:
            terminal.document(found.document() | client.location_fields)
            return
        if fields:
            terminal.say("Policy changed successfully!")
            terminal.say(f"It is stored at {client.location}")
    policy_tables.policy(found)
    if fields:
        policy_tables.warn_of_expired(found)


def _agree(client: Client, name: names.Name, keep: int) -> None:
    """Asks if versions go that are there now."""
    from px.api.versions import Versions

    count = Versions(client, name).history().beyond(keep)
    if not count:
        return
    many = "1 version" if count == 1 else f"{count} versions"
    question = f"Destroy {many} of the secret {name}, for good, at {client.location}?"
    ask(question, f"{many} would go for good; nothing was changed")
