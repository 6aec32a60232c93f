"""`px secret delete NAME`."""

from __future__ import annotations

from px.commands.groups import new_app
from px.commands.options import TIMEOUT, Json, Name, Project, Timeout, Url, Yes, ask, connect

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

    \b
    Example: px secret delete OLD_API_KEY --yes
    """
    from positronic.names import parse_name
    from px import terminal

    checked = parse_name(name)
    with connect(url, project, timeout) as client:
        if not yes:
            ask(f"Delete the secret {checked} at {client.place}?", "nothing was deleted")
        client.delete(checked)
    if as_json:
        terminal.document({"name": checked, "deleted": True} | client.where)
    else:
        terminal.say("Secret deleted successfully!")
        terminal.say(f"It was stored at {client.place}")
