"""`px brain rerun RUN`."""

from __future__ import annotations

from typing import Annotated

import typer

from px.commands.brain.options import Run, TimeLimit, Watch, started
from px.commands.groups import new_app
from px.commands.options import Server, with_server

app = new_app()
From = Annotated[
    int, typer.Option("--from", metavar="STEP", min=1, help="The first step to run, by its number.")
]
StopAfter = Annotated[
    int | None,
    typer.Option("--stop-after", metavar="STEP", min=1, help="The last step to run."),
]


@app.command()
@with_server()
def rerun(
    server: Server,
    run: Run,
    start: From,
    stop_after: StopAfter = None,
    time_limit: TimeLimit = None,
    watch: Watch = False,
) -> None:
    """Run a brain again from a given step; earlier steps are kept.

    The completed steps before --from are not run again; `px brain status RUN` shows their numbers.
    The new run's id, --watch and the exit codes work as in `px brain run`.

    \b
    Example: px brain rerun "$RUN" --from 2 --watch
    """
    from px.api.runs import Runs, parse_run_id
    from px.commands.durations import parse_time_limit
    from px.errors import Usage

    run_id = parse_run_id(run)
    if stop_after is not None and stop_after < start:
        raise Usage("--stop-after is before --from")
    seconds = None if time_limit is None else parse_time_limit(time_limit)
    with server.connect_to_write() as client:
        runs = Runs(client)
        new_id = runs.rerun(run_id, start, stop_after, seconds)
        started(runs, new_id, watch=watch, as_json=server.as_json)
