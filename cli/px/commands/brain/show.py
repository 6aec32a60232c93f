"""`px brain show NAME`."""

from __future__ import annotations

from px.commands.brain.options import Title
from px.commands.groups import new_app
from px.commands.nearest_name import nearest_brain
from px.commands.options import Server, with_server

app = new_app()


@app.command()
@with_server()
def show(server: Server, name: Title) -> None:
    """Show a brain's steps and those of its inner brains.

    In a pipe: one line per step, with tabs between number, kind (step or brain) and title.

    \b
    Example: px brain show example
    """
    from px import terminal
    from px.api.brains import Brains
    from px.brains import listing
    from px.brains.order import parse_title

    title = parse_title(name)
    with server.connect() as client, nearest_brain(client, title):
        found = Brains(client).show(title)
    if server.as_json:
        terminal.document(found.document)
    else:
        listing.structure(found)
