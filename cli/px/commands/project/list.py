"""`px project list`."""

from __future__ import annotations

from px.commands.groups import new_app
from px.commands.options import Server, with_server
from px.server_choice import Root

app = new_app()


@app.command()
@with_server(projects=False, root=Root.NEEDED)
def list_projects(server: Server) -> None:
    """List the projects that were ever written to.

    One per line. Needs the root token.

    \b
    Example: px project list
    """
    import os

    from px import terminal
    from px.api.projects import list_projects
    from px.completion.names import known_projects

    with server.connect() as client:
        found = list(list_projects(client))
        known_projects(client.target, os.environ).replace(found)
    if server.as_json:
        terminal.document({"projects": found, "count": len(found)})
    elif found:
        terminal.data("\n".join(found))
    else:
        terminal.say("No projects found.")
