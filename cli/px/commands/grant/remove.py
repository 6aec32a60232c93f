"""`px grant remove AS`."""

from __future__ import annotations

from typing import Annotated

from px.commands.grant.options import AppName, read_option
from px.commands.groups import new_app
from px.commands.options import Server, Yes, with_server
from px.commands.question import ask
from px.server_choice import Root

app = new_app()
Read = Annotated[list[str] | None, read_option("Only this secret; repeat it for several.")]


@app.command()
@with_server(root=Root.ELSEWHERE)
def remove(server: Server, app_name: AppName, read: Read = None, yes: Yes = False) -> None:
    """Take back what an app may read: everything, or these secrets. Asks first, or needs --yes.

    It holds at the app's next call. A value that the app read before may still be in its memory:
    after a leak, change the secret too. `px secret uses` shows what it read.

    \b
    Example: px grant remove checkout --read STRIPE_KEY --yes
             px grant remove checkout
    """
    from positronic.names import parse_app, parse_name
    from px.api.grants import Grants

    checked, names = parse_app(app_name), [parse_name(one) for one in read or []]
    what = ", ".join(names) or "everything"
    with server.connect_to_write(asks=not yes) as client:
        question = f"Take back from {checked} at {client.location}: {what}?"
        ask(question, "nothing was taken back", yes=yes)
        Grants(client).remove(checked, names)
    fields: dict[str, object] = {"read": list(names)} if names else {}
    document = {"as": checked, "removed": True, **fields} | client.location_fields
    said = f"{checked} may no longer read {what if names else 'anything'}"
    server.tell(document, said, f"That is at {client.location}")
