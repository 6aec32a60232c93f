"""`px audit verify`."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from px.commands.audit import Since
from px.commands.groups import new_app
from px.commands.options import Server, with_server

app = new_app()
Dropped = Annotated[
    list[str] | None,
    typer.Option(
        "--dropped", metavar="ID", help="A master key that a rotation dropped; may be repeated."
    ),
]


@app.command()
@with_server()
def verify(server: Server, since: Since = None, dropped: Dropped = None) -> None:
    """Check the signature of every event. Exit code 0 if none was changed, else 1.

    An event signed under a master key that the Worker does not hold cannot be verified: anyone who
    can write to the store could have made it up. That too is exit code 1, unless --dropped names
    the key. A deleted event leaves no trace.

    \b
    Example: px audit verify --since 52w
             px audit verify --dropped k20260101-3fa9c1
    """
    from px import terminal
    from px.api.audit import AuditLog
    from px.audit.walk import check, dropped_ids
    from px.commands.durations import parse_since

    known = dropped_ids(dropped or ())
    start = None if since is None else parse_since(since, time.time_ns() // 1_000_000)
    with server.connect() as client:
        result = check(AuditLog(client), start, known)
    if server.as_json:
        terminal.document(result.document())
    else:
        for one in result.changed:
            terminal.data(f"changed\t{terminal.printable(one.id)}\t{one.time}")
        for key, count in result.unexpected.items():
            terminal.data(f"unknown_key\t{key}\t{count}")
        terminal.say(result.sentence())
        if hint := result.hint():
            terminal.advise(f"hint: {hint}")
    raise typer.Exit(0 if result.is_clean else 1)
