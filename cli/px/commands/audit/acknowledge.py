"""`px audit acknowledge`."""

from __future__ import annotations

from typing import Annotated

import typer

from px.commands.groups import new_app
from px.commands.options import Server, Yes, with_server
from px.commands.question import ask
from px.server_choice import Root

app = new_app()
ChangedEvent = Annotated[
    str,
    typer.Argument(metavar="SEQ:DIGEST", help="The changed event, as `px audit verify` shows it."),
]


@app.command()
@with_server(root=Root.NEEDED)
def acknowledge(server: Server, event: ChangedEvent, yes: Yes = False) -> None:
    """Record that you know of a changed audit event. Asks first, or needs --yes.

    Look into it first: somebody changed the log. The event stays changed, but `px audit verify`
    counts it as acknowledged, and no longer fails because of it. Only for this event as it is now:
    if it is changed again, that is a new finding. Refused for an event that was not changed. Leaves
    an audit event itself. Needs the root token.

    \b
    Example: px audit acknowledge 17:3f0c...
    """
    from px.api.audit import AuditLog
    from px.audit.heads import parse_head

    changed = parse_head(event, "the event")
    with server.connect_to_write(asks=not yes) as client:
        question = f"Acknowledge that event {changed.sequence:,} of {client.location} was changed?"
        ask(question, "nothing was recorded", yes=yes)
        AuditLog(client).acknowledge(changed.sequence, changed.digest)
        where, fields = client.location, client.location_fields
    document = {"sequence": changed.sequence, "digest": changed.digest, **fields}
    server.tell(document, f"Acknowledged: event {changed.sequence:,} was changed", f"at {where}")
