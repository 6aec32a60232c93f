"""`px audit`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, ClassVar

import typer

from px.commands.groups import LazyGroup, new_app
from px.commands.options import Server, with_server

if TYPE_CHECKING:
    from px.api.audit import AuditLog
    from px.audit.walk import Wanted


class AuditGroup(LazyGroup):
    modules: ClassVar = {
        "verify": "px.commands.audit.verify",
        "acknowledge": "px.commands.audit.acknowledge",
        "restart": "px.commands.audit.restart",
    }


app = new_app(AuditGroup, runs_alone=True)
Limit = Annotated[
    int | None,
    typer.Option("--limit", metavar="N", min=1, help="Show at most N events.  [default: 100]"),
]
Since = Annotated[
    str | None,
    typer.Option("--since", metavar="TIME", help="Only newer events: 24h, 2026-11-01, ISO 8601."),
]
Follow = Annotated[
    bool, typer.Option("--follow", "-f", help="Show new events as they arrive, until Ctrl-C.")
]
Actor = Annotated[
    str | None,
    typer.Option("--actor", metavar="WHO", help="Only this actor: a token's id or name, or root."),
]
Action = Annotated[
    str | None,
    typer.Option("--action", metavar="ACTION", help="Only secret.put, say, or all of secret."),
]
Name = Annotated[
    str | None,
    typer.Option("--name", metavar="NAME", help="Only what names this secret or token id."),
]


@app.callback()
@with_server()
def audit(
    server: Server,
    context: typer.Context,
    limit: Limit = None,
    since: Since = None,
    follow: Follow = False,
    actor: Actor = None,
    action: Action = None,
    name: Name = None,
) -> None:
    """Show who did what, newest first. Never shows a value.

    In a pipe: one line per event, with tabs between time, actor, action, names, outcome and
    integrity. With --follow: oldest first, starting now, at --since, or with the newest --limit
    events; with --json, one document per line. --actor, --action and --name combine.

    \b
    Example: px audit --since 24h
             px audit --actor ci --action secret --name DATABASE_URL
    """
    wanted = {"actor": actor, "action": action, "name": name}
    asked = {key: text for key, text in wanted.items() if text is not None}
    if context.invoked_subcommand is not None:
        moved = None if server == Server() else server
        name_of = context.invoked_subcommand
        _refuse_misplaced(name_of, limit, since, follow or None, moved, *asked.values())
        return
    from px.api.audit import AuditLog
    from px.commands.durations import parse_since

    start = None if since is None else parse_since(since, time.time_ns() // 1_000_000)
    with server.connect() as client:
        log = AuditLog(client)
        if follow:
            _follow(log, start, limit, asked, as_json=server.as_json)
        else:
            _show(log, start, limit, asked, as_json=server.as_json)


def _refuse_misplaced(command: str, *given: object) -> None:
    from px.errors import Usage

    if any(one is not None for one in given):
        raise Usage(f"put the options of `px audit {command}` after `{command}`")


def _show(
    log: AuditLog, start: int | None, limit: int | None, wanted: Wanted, *, as_json: bool
) -> None:
    from px import tables, terminal
    from px.audit.walk import recent

    found = recent(log, start, limit, wanted)
    if as_json:
        terminal.document({"events": [one.document() for one in found], "count": len(found)})
    else:
        tables.events(found)


def _follow(
    log: AuditLog, start: int | None, limit: int | None, wanted: Wanted, *, as_json: bool
) -> None:
    import sys

    from px import tables, terminal
    from px.audit.walk import follow

    for one in follow(log, start, limit, wanted):
        if as_json:
            terminal.document(one.document())
        elif terminal.is_terminal(sys.stdout):
            terminal.data("  ".join(tables.event_row(one)))
        else:
            terminal.data(tables.event_line(one))
