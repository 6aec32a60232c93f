"""`px brain status RUN`."""

from __future__ import annotations

from px.commands.brain.options import Run, connect
from px.commands.groups import new_app
from px.commands.options import TIMEOUT, Json, Project, Timeout, Url

app = new_app()


@app.command()
def status(
    run: Run,
    url: Url = None,
    project: Project = None,
    timeout: Timeout = TIMEOUT,
    as_json: Json = False,
) -> None:
    """Show a run's progress and state. The exit code does not depend on how it ended.

    One line each for run, brain, status, created, completed, error, where (the line of the brain's
    code that failed), every step, and state; with a tab after the word.

    \b
    Example: px brain status "$RUN" --json
    """
    from px import terminal
    from px.api.brains import parse_run_id
    from px.brains import listing

    run_id = parse_run_id(run)
    with connect(url, project, timeout) as client:
        found = client.status(run_id)
    if as_json:
        terminal.document(found.document)
    else:
        listing.run(found)
