"""`px brain watch RUN`."""

from __future__ import annotations

from px.commands.brain.options import Run
from px.commands.groups import new_app
from px.commands.options import Server, with_server

app = new_app()


@app.command()
@with_server()
def watch(server: Server, run: Run) -> None:
    """Show a run's events as they come, from its first to its last.

    A connection that breaks off is made anew. The exit code is 0 when the run completed, and 1
    when it failed or was interrupted. Ctrl-C ends the watching, not the run. In a pipe: a line for
    each event, with tabs between its type, its place and a note, such as a failure's reason; with
    --json one document a line.

    \b
    Example: px brain watch "$RUN" --json
    """
    from px.api.runs import Runs, parse_run_id
    from px.brains.showing import show_run

    run_id = parse_run_id(run)
    with server.connect() as client:
        show_run(Runs(client), run_id, as_json=server.as_json)
