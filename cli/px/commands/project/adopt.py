"""`px project adopt`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from px.commands.groups import new_app
from px.commands.options import Server, with_server
from px.server_choice import Root

if TYPE_CHECKING:
    from px.api.adoption import Adoption

app = new_app()


@app.command()
@with_server(root=Root.NEEDED)
def adopt(server: Server) -> None:
    """Bring older entries of KV into the ledger.

    Needed once for a project, after an upgrade from a version that kept everything in KV, or after
    a ledger was lost: until then the Worker refuses everything else with the code `adopting`. Each
    secret is opened and each signature checked first. What does not open is listed and not
    brought. After a lost ledger only secrets are brought, no tokens and no events. If it stops,
    run it again to continue. Needs the root token.

    Exit code 0 if everything was brought, 1 if something was not or an event was changed.

    \b
    Example: px project adopt --project shop
    """
    from px import terminal
    from px.api.adoption import adopt as run_all
    from px.api.adoption import is_needed
    from px.errors import Interrupted

    def line(done: int, total: int) -> None:
        terminal.say(f"{done:,} of {total:,} entries adopted")

    with server.connect_to_write(any_project=True) as client:
        if not server.as_json:
            terminal.say(f"The server is {client.location}")
        try:
            was_needed = is_needed(client)
            done = run_all(client, _silent if server.as_json else line)
        except KeyboardInterrupt:
            raise Interrupted(
                "interrupted; nothing is lost", hint="run `px project adopt` again to continue"
            ) from None
        fields = client.location_fields
    if server.as_json:
        terminal.document({**done.document(), **fields})
    else:
        _tell(done, was_needed=was_needed)
    raise typer.Exit(0 if done.is_clean else 1)


def _tell(done: Adoption, *, was_needed: bool) -> None:
    from px import terminal
    from px.api.adoption import counted

    if not was_needed and not done.done:
        terminal.say("Nothing to adopt")
        return
    earlier = "" if was_needed else "Nothing to adopt; earlier this project "
    terminal.say(f"{earlier}{'adopted' if earlier else 'Adopted'} {done.sentence()}")
    for one in done.failed:
        terminal.say(f"not brought: {terminal.placed(one)}")
    if done.failed_count > len(done.failed):
        terminal.say(f"not brought: {done.failed_count - len(done.failed):,} more")
    if done.unverified:
        was = "was" if done.unverified == 1 else "were"
        events = counted(done.unverified, "event")
        terminal.advise(f"{events} {was} changed: see `px audit verify`")
    if done.after_loss:
        terminal.advise(
            "Its earlier ledger is lost: create its tokens again with `px token create`"
        )
    elif done.tokens:
        terminal.advise("Check with `px token list` that you know all its tokens.")


def _silent(_: int, __: int) -> None:
    return
