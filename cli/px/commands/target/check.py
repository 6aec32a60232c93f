"""`px target check TARGET`."""

from __future__ import annotations

import typer

from px.commands.groups import new_app
from px.commands.options import Server, with_server
from px.commands.target.options import TargetArgument
from px.server_choice import Root

app = new_app()


@app.command()
@with_server(root=Root.ELSEWHERE)
def check(server: Server, target_name: TargetArgument) -> None:
    """Compare what a target has with what was written there.

    Exit code 0 if nothing differs, else 1.

    By the provider's own version numbers: no value leaves either side. A secret is `missing`,
    `changed` (somebody else wrote it), `foreign` (it is not ours), `refused`, or still `due`.

    \b
    Example: px target check prod-aws
    """
    from positronic.names import parse_target
    from px import terminal
    from px.api.targets import CopyTargets

    checked = parse_target(target_name)
    with server.connect() as client:
        found, same = CopyTargets(client).check(checked)
    if server.as_json:
        differing = [{"name": one.name, "state": one.state} for one in found]
        terminal.document({"target": checked, "differing": differing, "same": same})
    else:
        if found:
            terminal.data("\n".join(f"{one.name}\t{one.state}" for one in found))
        terminal.say(f"{checked}: {same} as they have to be, {len(found)} not")
    raise typer.Exit(1 if found else 0)
