"""`px target remove TARGET`."""

from __future__ import annotations

from typing import Annotated

import typer

from px.commands.groups import new_app
from px.commands.options import Server, Yes, with_server
from px.commands.question import ask
from px.commands.target.options import TargetArgument
from px.server_choice import Root

app = new_app()
Purge = Annotated[bool, typer.Option("--purge", help="Also remove there what is ours.")]


@app.command()
@with_server(root=Root.ELSEWHERE)
def remove(
    server: Server, target_name: TargetArgument, purge: Purge = False, yes: Yes = False
) -> None:
    """Copy nothing to a target any more. Asks first, or needs --yes.

    The provider keeps the copies that it has. With --purge those that are ours are removed there
    first; what somebody else put there stays.

    \b
    Example: px target remove fly --purge
    """
    from positronic.names import parse_target
    from px.api.targets import CopyTargets

    checked = parse_target(target_name)
    with server.connect_to_write(asks=not yes) as client:
        also = ", and remove there what is ours" if purge else ""
        question = f"Copy nothing from {client.location} to {checked} any more{also}?"
        ask(question, "nothing was changed", yes=yes)
        CopyTargets(client).remove(checked, purge=purge)
    document: dict[str, object] = {"target": checked, "removed": True, "purge": purge}
    said = f"{checked} gets nothing any more"
    more = ["What is ours there is being removed: see `px target list`"] if purge else []
    server.tell(document | client.location_fields, said, f"That is from {client.location}", *more)
