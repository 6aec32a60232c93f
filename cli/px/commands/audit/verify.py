"""`px audit verify`."""

from __future__ import annotations

import time

import typer

from px.commands.audit import Since
from px.commands.groups import new_app
from px.commands.options import TIMEOUT, Json, Project, Timeout, Url, administer

app = new_app()


@app.command()
def verify(
    since: Since = None,
    url: Url = None,
    project: Project = None,
    timeout: Timeout = TIMEOUT,
    as_json: Json = False,
) -> None:
    """Check the signature of every event. Exit code 0 when none was changed, else 1.

    An event under a master key that a rotation has dropped cannot be checked any more: it counts
    as unknown_key. An event that was deleted leaves no trace.

    \b
    Example: px audit verify --since 52w
    """
    from px import terminal
    from px.auditing import check
    from px.durations import parse_since

    start = None if since is None else parse_since(since, time.time_ns() // 1_000_000)
    with administer(url, project, timeout) as admin:
        result = check(admin, start)
    if as_json:
        terminal.document(result.document())
    else:
        for one in result.changed:
            terminal.data(f"changed\t{terminal.printable(one.id)}\t{one.time}")
        terminal.say(result.sentence())
    raise typer.Exit(1 if result.changed else 0)
