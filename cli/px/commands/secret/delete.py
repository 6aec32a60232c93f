"""`px secret delete NAME`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from px.commands import typed_value
from px.commands.groups import new_app
from px.commands.nearest_name import nearest_secret
from px.commands.options import IfVersion, Server, StoredName, Yes, secrets_of, with_server
from px.commands.question import ask

if TYPE_CHECKING:
    from px.api.client import Client
    from px.api.secrets import Secrets

app = new_app()


@app.command()
@with_server()
def delete(
    server: Server, name: StoredName, if_version: IfVersion = None, yes: Yes = False
) -> None:
    """Delete a secret. Asks first; without a terminal it needs --yes.

    The server keeps it for a while, and px tells you until when `px secret restore` can undo this.
    `px secret destroy` keeps nothing.

    Delete an entry that `px secret list` shows as unreadable by the name shown there.

    \b
    Example: px secret delete OLD_API_KEY --yes
    """
    from positronic.names import is_name
    from px import terminal

    with server.connect_to_write(asks=not yes) as client, nearest_secret(client, name):
        secrets = secrets_of(client)
        if not is_name(name):
            _check_listed(secrets, name)
        question = f"Delete the secret {terminal.printable(name)} at {client.location}?"
        ask(question, "nothing was deleted", yes=yes)
        secrets.delete(name, if_version=if_version)
        until = _kept_until(client, name)
    kept = {} if until is None else {"keptUntil": until}
    document = {"name": name, "deleted": True, **kept} | client.location_fields
    server.tell(document, "Secret deleted successfully!", f"It was stored at {client.location}")
    if until is not None and not server.as_json:
        time = terminal.short_time(until)
        terminal.advise(f"It can be restored until {time} UTC: `px secret restore {name}`")


def _kept_until(client: Client, name: str) -> str | None:
    """Until when it can be restored; None: it cannot, or that is not known."""
    from positronic.names import is_name, parse_name
    from px.api.versions import Versions
    from px.errors import PxError

    if not is_name(name):
        return None
    try:
        return Versions(client, parse_name(name)).history().restorable_until
    except PxError:  # it is deleted all the same
        return None


def _check_listed(secrets: Secrets, name: str) -> None:
    """Only an unreadable entry can have such a name. Raises InvalidName, ReservedName."""
    from positronic.names import parse_name

    if not any(one.is_unreadable and one.name == name for one in secrets.list()):
        parse_name(typed_value.refuse(name))
