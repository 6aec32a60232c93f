"""`px brain watch RUN`."""

from __future__ import annotations

from px.commands.brain.options import Run
from px.commands.groups import new_app
from px.commands.options import Server, with_server

app = new_app()


@app.command()
@with_server()
def watch(server: Server, run: Run) -> None:
    """Show a run's events as they happen, from the first to the last.

    px reconnects when the connection breaks off. The exit code is 0 if the run completed, and 1 if
    it ended in any other way. Ctrl-C stops watching; the run continues. What a step printed is
    shown when it ends. In a pipe: one line per event and printed line, with tabs between its type,
    its place and a note, such as how long it took; at last `state` and the run's state. With
    --json, one event per line.

    \b
    Example: px brain watch "$RUN" --json
    """
    from px.api.runs import Runs, parse_run_id
    from px.brains.showing import show_run

    run_id = parse_run_id(run)
    with server.connect() as client:
        show_run(Runs(client), run_id, as_json=server.as_json)
