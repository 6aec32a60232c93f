"""`px secret import FILE`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from px.commands.groups import new_app
from px.commands.options import TIMEOUT, Json, Project, Timeout, Url, connect

if TYPE_CHECKING:
    from px.client import Client, Entry


app = new_app()
File = Annotated[str, typer.Argument(metavar="FILE", help="The dotenv file.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Say what would be created, updated; send nothing.")
]


@app.command()
def import_file(
    file: File,
    dry_run: DryRun = False,
    url: Url = None,
    project: Project = None,
    timeout: Timeout = TIMEOUT,
    as_json: Json = False,
) -> None:
    """Put every secret of a dotenv file in. One bad line, and nothing is sent.

    Lines are NAME=value or export NAME=value. Nothing is replaced ($X stays $X) and no command is
    run. Without quotes a value ends before " #", and white space around it is dropped. Quotes keep
    everything, over several lines too; double ones read \\n \\t \\" and the like.

    Refused with their line number: a line without =, a bad or repeated name, an empty value.
    .env.deploy is never imported. Running it again after a failure is safe.

    \b
    Example: px secret import .env.secrets --dry-run
    """
    from px.importing import read_file

    entries = read_file(Path(file))
    with connect(url, project, timeout) as client:
        if dry_run:
            _plan(client, entries, as_json=as_json)
        else:
            _write(client, entries, as_json=as_json)


def _plan(client: Client, entries: list[Entry], *, as_json: bool) -> None:
    from px import terminal
    from px.importing import plan

    create, update = plan(client, entries)
    if as_json:
        terminal.document({"create": create, "update": update})
    else:
        terminal.planned(create, update)


def _write(client: Client, entries: list[Entry], *, as_json: bool) -> None:
    from px import terminal
    from px.importing import write

    with terminal.progress(len(entries), quiet=as_json) as progress:
        written = write(client, entries, progress)
    if as_json:
        total = written.created + written.updated
        terminal.document(
            {"imported": total, "created": written.created, "updated": written.updated}
        )
    else:
        terminal.imported(written)
