"""`px target sync TARGET`."""

from __future__ import annotations

from px.commands.groups import new_app
from px.commands.options import Server, with_server
from px.commands.target.options import TargetArgument
from px.server_choice import Root

app = new_app()


@app.command()
@with_server(root=Root.ELSEWHERE)
def sync(server: Server, target_name: TargetArgument) -> None:
    """Push everything that a target gets once more.

    Also what was refused.

    Use it after you repaired something at the provider, such as a role.

    \b
    Example: px target sync prod-aws
    """
    from positronic.names import parse_target
    from px.api.targets import CopyTargets

    checked = parse_target(target_name)
    with server.connect_to_write() as client:
        found = CopyTargets(client).sync(checked)
    server.tell(
        {**found.whole, **client.location_fields},
        f"Everything that {checked} gets is pushed again",
        f"That is from {client.location}; see `px target list` for what is there",
    )
