"""`px brain run NAME`."""

from __future__ import annotations

from typing import Annotated

import typer

from px.commands.brain.options import TimeLimit, Title, Watch, started
from px.commands.groups import new_app
from px.commands.nearest_name import nearest_brain
from px.commands.options import Server, with_server

app = new_app()
Option = Annotated[
    list[str],
    typer.Option("-o", "--option", metavar="KEY=VALUE", help="An option of the brain, as text."),
]
State = Annotated[
    str | None,
    typer.Option(
        "--state-json", metavar="JSON", help="The initial state: JSON, @FILE, or - for stdin."
    ),
]
EndAfter = Annotated[
    int | None, typer.Option("--end-after", metavar="N", min=1, help="Stop after N steps.")
]


@app.command()
@with_server()
def run(
    server: Server,
    name: Title,
    option: Option = [],  # noqa: B006 - typer never changes it
    state_json: State = None,
    end_after: EndAfter = None,
    time_limit: TimeLimit = None,
    watch: Watch = False,
) -> None:
    """Start a brain. Prints the run's id, or with --watch its events.

    With --watch the exit code is 0 if the run completed, and 1 if it ended in any other way.
    Ctrl-C stops watching; the run continues. In a pipe: one line per event and printed line, with
    tabs between type, place and a note, such as how long it took; at last `state` and the run's
    state. With --json, one event per line.

    Never put a secret in -o or --state-json: it would be visible in the shell's history, the
    process list and the run's events. A brain reads secrets by name.

    \b
    Example: px brain run example --watch -o url=http://127.0.0.1:9000
             px brain run example --state-json '{"question": "why?"}'
    """
    from px.api.runs import Order, Runs
    from px.brains.order import parse_options, parse_title, read_state
    from px.commands.durations import parse_time_limit

    order = Order(
        *(parse_title(name), parse_options(option), read_state(state_json), end_after),
        None if time_limit is None else parse_time_limit(time_limit),
    )
    with server.connect_to_write() as client, nearest_brain(client, order.brain):
        runs = Runs(client)
        started(runs, runs.start(order), watch=watch, as_json=server.as_json)
