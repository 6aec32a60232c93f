"""`px target list`."""

from __future__ import annotations

from px.commands.groups import new_app
from px.commands.options import Server, with_server
from px.server_choice import Root

app = new_app()


@app.command()
@with_server(root=Root.ELSEWHERE)
def list_targets(server: Server) -> None:
    """List the targets, and how their secrets are there.

    In a pipe: one line per target, with tabs between its name, type, state, the secrets (with
    commas between them) or the prefix with a `*`, and how many are there, due and refused.

    \b
    Example: px target list
    """
    from px import terminal
    from px.api.targets import CopyTargets
    from px.targets.tables import targets

    with server.connect() as client:
        found = CopyTargets(client).list()
    if server.as_json:
        terminal.document({"targets": [one.whole for one in found], "count": len(found)})
    else:
        targets(found)
