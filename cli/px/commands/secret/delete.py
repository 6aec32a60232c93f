"""`px secret delete NAME`."""

from __future__ import annotations

import sys
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

    The server keeps it for a while, and px tells you until when `px secret restore` can undo this;
    or that nothing can, if its policy keeps it 0 days. `px secret destroy` keeps nothing.

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
        what = terminal.printable(name)
        if not yes and terminal.is_terminal(sys.stdin) and not _is_kept(client, name):
            what += ", for good,"
        question = f"Delete the secret {what} at {client.location}?"
        ask(question, "nothing was deleted", yes=yes)
        secrets.delete(name, if_version=if_version)
        until, is_gone = _kept_until(client, name)
    kept = {} if until is None else {"keptUntil": until}
    document = {"name": name, "deleted": True, **kept} | client.location_fields
    more = ["It cannot be restored"] if is_gone else []
    where = f"It was stored at {client.location}"
    server.tell(document, "Secret deleted successfully!", where, *more)
    if until is not None and not server.as_json:
        time = terminal.short_time(until)
        terminal.advise(f"It can be restored until {time} UTC: `px secret restore {name}`")


def _is_kept(client: Client, name: str) -> bool:
    """Whether it can be restored after a deletion, as far as that is known."""
    from positronic.names import is_name, parse_name
    from px.api.policies import Policies
    from px.errors import Refused

    if not is_name(name):
        return True
    try:
        keep = Policies(client).of(parse_name(name)).keep
    except Refused:  # the deletion itself is answered the same, or it is unreadable
        return True
    return keep is None or keep.days > 0


def _kept_until(client: Client, name: str) -> tuple[str | None, bool]:
    """Until when it can be restored, None: it cannot, or that is not known; whether it is gone."""
    from positronic.names import is_name, parse_name
    from px.api.versions import Versions
    from px.errors import PxError

    if not is_name(name):
        return None, False
    try:
        return Versions(client, parse_name(name)).history().restorable_until, False
    except PxError as error:  # it is deleted all the same
        return None, error.code == "not_found"


def _check_listed(secrets: Secrets, name: str) -> None:
    """Only an unreadable entry can have such a name. Raises InvalidName, ReservedName."""
    from positronic.names import parse_name

    if not any(one.is_unreadable and one.name == name for one in secrets.list()):
        parse_name(typed_value.refuse(name))
