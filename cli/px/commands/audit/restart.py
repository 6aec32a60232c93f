"""`px audit restart`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from px.commands.groups import new_app
from px.commands.options import Server, Yes, with_server
from px.commands.question import ask
from px.server_choice import Root

if TYPE_CHECKING:
    from px.api.audit import Restart

app = new_app()


@app.command()
@with_server(root=Root.NEEDED)
def restart(server: Server, yes: Yes = False) -> None:
    """Draw a new audit key after a master key was lost for good. Asks first, or needs --yes.

    Without its master key a project's audit key cannot be opened, and so nothing can be changed
    (`audit_unavailable`). Afterwards secrets can be written again. Older events can no longer be
    checked, and `px audit verify` says so. Refused while the Worker has the master key; if there is
    a recovery file, use `px key recover`. Needs the root token.

    \b
    Example: px audit restart --project shop
    """
    from px.api.audit import AuditLog

    with server.connect_to_write(asks=not yes) as client:
        question = (
            f"Draw a new audit key for {client.location}? Its older events can never be checked"
            " again, unless the lost master key is found"
        )
        ask(question, "nothing was changed", yes=yes)
        done = AuditLog(client).restart()
        where, fields = client.location, client.location_fields
    document = {
        "keyId": done.key_id,
        "sequence": done.sequence,
        "previousKeyId": done.previous_key_id,
        **fields,
    }
    server.tell(document, *_lines(done), f"It is at {where}")


def _lines(done: Restart) -> list[str]:
    first = f"New audit key {done.key_id}, from event {done.sequence:,} on"
    if done.previous_key_id is None:
        return [first]
    return [
        first,
        f"Accept the older events with `px audit verify --dropped {done.previous_key_id}`",
    ]
