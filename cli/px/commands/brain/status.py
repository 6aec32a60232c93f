"""`px brain status RUN`."""

from __future__ import annotations

from px.commands.brain.options import Run
from px.commands.groups import new_app
from px.commands.options import Server, with_server

app = new_app()


@app.command()
@with_server()
def status(server: Server, run: Run) -> None:
    """Show a run's progress and state. The exit code does not depend on how it ended.

    One line each for run, brain, status, created, completed, error, where (the line of the brain's
    code that failed), source (the code in it), copies (the secrets that it read from KV while the
    ledger did not answer), every step, and state; with a tab after the word.

    \b
    Example: px brain status "$RUN" --json
    """
    from px import terminal
    from px.api.runs import Runs, parse_run_id
    from px.brains import listing

    run_id = parse_run_id(run)
    with server.connect() as client:
        found = Runs(client).status(run_id)
    if server.as_json:
        terminal.document(found.document)
    else:
        listing.run(found)
