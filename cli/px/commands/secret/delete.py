"""`px secret delete NAME`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from px.commands.groups import new_app
from px.commands.options import TIMEOUT, Json, Name, Project, Timeout, Url, Yes, ask, connect

if TYPE_CHECKING:
    from px.api.secrets import Client

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

    Delete an entry that `px secret list` shows as unreadable by the name shown there.

    \b
    Example: px secret delete OLD_API_KEY --yes
    """
    from positronic.names import is_name
    from px import terminal

    with connect(url, project, timeout) as client:
        if not is_name(name):
            _check_listed(client, name)
        if not yes:
            question = f"Delete the secret {terminal.printable(name)} at {client.place}?"
            ask(question, "nothing was deleted")
        client.delete(name)
    if as_json:
        terminal.document({"name": name, "deleted": True} | client.where)
    else:
        terminal.say("Secret deleted successfully!")
        terminal.say(f"It was stored at {client.place}")


def _check_listed(client: Client, name: str) -> None:
    """Only an unreadable entry can have such a name. Raises InvalidName, ReservedName."""
    from positronic.names import parse_name

    if not any(one.is_unreadable and one.name == name for one in client.list()):
        parse_name(name)
