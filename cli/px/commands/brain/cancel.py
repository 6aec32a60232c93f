"""`px brain cancel RUN`."""

from __future__ import annotations

from px.commands.brain.options import Run
from px.commands.groups import new_app
from px.commands.options import Server, with_server

app = new_app()


@app.command()
@with_server()
def cancel(server: Server, run: Run) -> None:
    """End a run at its next await.

    The brain's code has five seconds to clean up; then the run ends without it. How much of the
    step that was running had been done is unknown: `px brain status RUN` shows it as unknown, and
    `px brain rerun RUN --from STEP` runs it again. A run that is over is an error (`conflict`).

    \b
    Example: px brain cancel "$RUN"
    """
    from px.api.runs import Runs, parse_run_id

    run_id = parse_run_id(run)
    with server.connect_to_write() as client:
        Runs(client).cancel(run_id)
    document = {"brainRunId": run_id, "cancelled": True} | client.location_fields
    server.tell(document, f"Run cancelled. It ran at {client.location}")
