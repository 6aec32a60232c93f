"""`px secret delete NAME`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from px.commands.groups import new_app
from px.commands.options import (
    TIMEOUT,
    Json,
    Name,
    Project,
    Timeout,
    Url,
    Yes,
    ask,
    connect,
    secrets_of,
)

if TYPE_CHECKING:
    from px.api.secrets import Secrets

app = new_app()


@app.command()
def delete(
    name: Name,
    yes: Yes = False,
    url: Url = None,
    project: Project = None,
    timeout: Timeout = TIMEOUT,
    as_json: Json = False,
) -> None:
    """Delete a secret. Asks first; without a terminal it needs --yes.

    An entry that `px secret list` shows as unreadable is deleted by the name it is listed under.

    \b
    Example: px secret delete OLD_API_KEY --yes
    """
    from positronic.names import is_name
    from px import terminal

    with connect(url, project, timeout) as client:
        secrets = secrets_of(client)
        if not is_name(name):
            _check_listed(secrets, name)
        if not yes:
            question = f"Delete the secret {terminal.printable(name)} at {client.location}?"
            ask(question, "nothing was deleted")
        secrets.delete(name)
    if as_json:
        terminal.document({"name": name, "deleted": True} | client.location_fields)
    else:
        terminal.say("Secret deleted successfully!")
        terminal.say(f"It was stored at {client.location}")


def _check_listed(secrets: Secrets, name: str) -> None:
    """Only an unreadable entry has such a name. Raises InvalidName, ReservedName."""
    from positronic.names import parse_name

    if not any(one.is_unreadable and one.name == name for one in secrets.list()):
        parse_name(name)
