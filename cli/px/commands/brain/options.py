"""What the commands on brains share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from px.api.runs import Runs

Title = Annotated[str, typer.Argument(metavar="NAME", help="The brain's title.")]
Run = Annotated[str, typer.Argument(metavar="RUN", help="The run's id, from `px brain runs`.")]
TimeLimit = Annotated[
    str | None,
    typer.Option("--time-limit", metavar="TIME", help="End the run after 90 (seconds), 30m, 2h."),
]
Watch = Annotated[bool, typer.Option("-w", "--watch", help="Show the run's events until it ends.")]


def started(runs: Runs, run_id: str, *, watch: bool, as_json: bool) -> None:
    """Prints the new run's id: only that to stdout, or before the events."""
    from px import terminal
    from px.errors import PxError

    if watch:
        from px.brains.showing import show_run

        if not as_json:
            terminal.say(f"Run {run_id} at {runs.client.location}")
        show_run(runs, run_id, as_json=as_json)
        return
    try:
        if as_json:
            terminal.document({"brainRunId": run_id} | runs.client.location_fields)
        else:
            terminal.data(run_id)
            terminal.say(f"It runs at {runs.client.location}")
    except PxError as error:
        error.hint = f"the run has started: {run_id}"
        raise
