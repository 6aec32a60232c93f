"""`px new DIR`: a project of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from px.commands.groups import new_app
from px.commands.options import Json

app = new_app()

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The folder to create.")]
Name = Annotated[
    str | None,
    typer.Option("--name", metavar="NAME", help="The Worker's name.  [default: the folder's]"),
]


@app.command()
def new(folder: Folder, name: Name = None, as_json: Json = False) -> None:
    """Create a project: a Worker, a first brain and its test.

    The library's wheel and px's own are in vendor/, named by path and hash, so that the project
    needs nothing of px's own repository. Asks no server and no network.

    \b
    Example: px new shop
    """
    from px import terminal
    from px.library import carried
    from px.library.own_wheel import own
    from px.new.files import project_files
    from px.new.folder import worker_name, write

    place = folder.absolute()
    worker = worker_name(place, name)
    contents = project_files(worker, carried(), own())
    write(place, contents)
    if as_json:
        found = {"folder": str(place), "worker": worker, "files": sorted(contents)}
        terminal.document(found)
        return
    terminal.say(f"Created the project {worker}")
    terminal.advise("Next: change into its folder, and run `px dev`")
