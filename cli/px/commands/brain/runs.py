"""`px brain runs`."""

from __future__ import annotations

from typing import Annotated

import typer

from px.commands.groups import new_app
from px.commands.options import Server, with_server

app = new_app()
Status = Annotated[
    str | None,
    typer.Option("--status", metavar="STATUS", help="Only runs that stand like this."),
]
Brain = Annotated[
    str | None, typer.Option("--brain", metavar="NAME", help="Only runs of this brain.")
]
Limit = Annotated[
    int, typer.Option("--limit", metavar="N", min=1, help="Show at most N runs.", show_default=True)
]


@app.command()
@with_server()
def runs(server: Server, status: Status = None, brain: Brain = None, limit: Limit = 100) -> None:
    """List the project's runs, newest first.

    STATUS is running, complete, error, cancelled, timeout or interrupted. A run is listed as long
    as it is kept.

    In a pipe: one line per run, with tabs between id, brain, status, created, completed and the
    name of the token that started it.

    \b
    Example: px brain runs --status error
             px brain runs --brain example --limit 5
    """
    from positronic.run_statuses import STATUSES
    from px import terminal
    from px.api.runs import Runs
    from px.brains import listing
    from px.brains.order import parse_title
    from px.errors import Usage

    if status not in (None, *STATUSES):
        raise Usage(f"--status must be one of {', '.join(STATUSES)}")
    title = None if brain is None else parse_title(brain)
    wanted = {"status": status, "brain": title}
    asked = {key: text for key, text in wanted.items() if text is not None}
    with server.connect() as client:
        found = list(Runs(client).list(asked, limit))
    if server.as_json:
        terminal.document({"runs": [one.document for one in found], "count": len(found)})
    else:
        listing.runs(found)
