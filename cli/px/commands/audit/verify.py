"""`px audit verify`."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Annotated

import typer

from px.commands.audit import Since
from px.commands.groups import new_app
from px.commands.options import Server, with_server

if TYPE_CHECKING:
    from px.audit.walk import Checked

app = new_app()
Dropped = Annotated[
    list[str] | None,
    typer.Option(
        "--dropped", metavar="ID", help="A key that was dropped or lost; may be repeated."
    ),
]
ExpectedHead = Annotated[
    str | None,
    typer.Option(
        "--head",
        metavar="SEQ:DIGEST",
        help="An event that must be there.  [default: the last one that px saw]",
    ),
]


@app.command()
@with_server()
def verify(
    server: Server, since: Since = None, dropped: Dropped = None, head: ExpectedHead = None
) -> None:
    """Check that no event was changed, removed, moved, made up or cut off. Exit code 0, or 1.

    Events are numbered, and each is signed with the digest of the one before. px remembers the
    newest event that it saw, so that it notices a log that was cut off or replaced since; in CI,
    keep the head that px prints, and pass it to the next run with --head.

    An event under a key that the Worker cannot use cannot be checked. That is exit code 1 too,
    unless --dropped names the key. A changed event no longer counts against the log once root has
    acknowledged it with `px audit acknowledge`.

    \b
    Example: px audit verify
             px audit verify --head "$LAST_HEAD"
    """
    from px import terminal
    from px.api.audit import AuditLog
    from px.audit.heads import last_head, parse_head
    from px.audit.walk import check, dropped_ids
    from px.commands.durations import parse_since

    keys = dropped_ids(dropped or ())
    given = None if head is None else parse_head(head)
    start = None if since is None else parse_since(since, time.time_ns() // 1_000_000)
    with server.connect() as client:
        last = last_head(client.target, os.environ)
        result = check(AuditLog(client), start, keys, given or last.read())
    if server.as_json:
        terminal.document(result.document())
    else:
        _show(result)
    if result.is_clean and result.head is not None:
        last.keep(result.head)
    raise typer.Exit(0 if result.is_clean else 1)


def _show(result: Checked) -> None:
    from px import terminal
    from px.audit.walk import place_of

    for one in result.changed:
        what = "acknowledged" if result.is_acknowledged(one) else "changed"
        columns = [what, terminal.printable(one.id), one.time]
        place = place_of(one)
        terminal.data("\t".join([*columns, str(place)] if place else columns))
    for first, last in result.missing:
        terminal.data(f"missing\t{first}\t{last}")
    for key, count in result.unexpected.items():
        terminal.data(f"unknown_key\t{key}\t{count}")
    if result.head is not None:
        terminal.data(f"head\t{result.head}")
    terminal.say(result.sentence())
    if loss := result.loss():
        terminal.say(loss)
        terminal.advise("hint: if you restored the ledger yourself, give its head with --head")
    if hint := result.hint():
        terminal.advise(f"hint: {hint}")
