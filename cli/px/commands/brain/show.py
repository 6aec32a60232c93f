"""`px brain show NAME`."""

from __future__ import annotations

from px.commands.brain.options import Title, connect
from px.commands.groups import new_app
from px.commands.options import TIMEOUT, Json, Project, Timeout, Url

app = new_app()


@app.command()
def show(
    name: Title,
    url: Url = None,
    project: Project = None,
    timeout: Timeout = TIMEOUT,
    as_json: Json = False,
) -> None:
    """Show a brain's steps and those of its inner brains.

    In a pipe: one line per step, with tabs between number, kind (step or brain) and title.

    \b
    Example: px brain show example
    """
    from px import terminal
    from px.brains import listing
    from px.brains.order import parse_title

    title = parse_title(name)
    with connect(url, project, timeout) as client:
        found = client.show(title)
    if as_json:
        terminal.document(found.document)
    else:
        listing.structure(found)
