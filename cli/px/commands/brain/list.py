"""`px brain list`."""

from __future__ import annotations

from px.commands.brain.options import connect
from px.commands.groups import new_app
from px.commands.options import TIMEOUT, Json, Project, Timeout, Url

app = new_app()


@app.command()
def list_brains(
    url: Url = None, project: Project = None, timeout: Timeout = TIMEOUT, as_json: Json = False
) -> None:
    """List the project's brains.

    In a pipe: one line per brain, with tabs between title, number of steps and description.

    \b
    Example: px brain list
    """
    from px import terminal
    from px.brains import listing

    with connect(url, project, timeout) as client:
        found = client.list()
    if as_json:
        documents = [one.document for one in found]
        terminal.document({"brains": documents, "count": len(documents)})
    else:
        listing.brains(found)
