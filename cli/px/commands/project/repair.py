"""`px project repair`."""

from __future__ import annotations

from px.commands.groups import new_app
from px.commands.options import Server, with_server
from px.server_choice import Root

app = new_app()


@app.command()
@with_server(root=Root.ELSEWHERE)
def repair(server: Server) -> None:
    """Write the copies in KV again.

    All of a project's secrets are copied from its ledger, for a KV namespace that was emptied,
    replaced or damaged. It also puts the project back into the list of projects. The Worker writes
    the copies in the background, about 40 at a time.

    \b
    Example: px project repair --project shop
    """
    from px.api.adoption import repair as run_all

    with server.connect_to_write(any_project=True) as client:
        due = run_all(client)
        where = client.location
        fields = client.location_fields
    server.tell({"due": due, **fields}, f"{due:,} copies will be written again", f"at {where}")
