"""`px key list`."""

from __future__ import annotations

from px.commands.groups import new_app
from px.commands.options import Server, with_server
from px.server_choice import Root

app = new_app()


@app.command()
@with_server(root=Root.IF_THERE)
def list_keys(server: Server) -> None:
    """List the master keys by id, with how much each one seals.

    Covers all projects with the root token, otherwise one. In a pipe: one line per key, with tabs
    between id, secrets, tokens, newest, held or missing, audit keys, and copies in KV. The counts
    go by the key ids that records name; `px doctor` tests whether records can be opened.

    \b
    Example: px key list
    """
    from px import tables, terminal
    from px.keys.survey import survey_what_is_open

    with server.connect() as client:
        found = survey_what_is_open(client)
    if server.as_json:
        terminal.document(found.document())
        return
    tables.keys(found.uses(), found.newest)
    if at_provider := found.at_provider():
        terminal.advise(f"{at_provider:,} values are at a provider, under none of these keys.")
    if found.pending:
        terminal.advise("A rotation is under way: `px key rotate` finishes it.")
