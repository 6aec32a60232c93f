"""`px serve renew`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from px import terminal
from px.commands.groups import new_app
from px.commands.options import Json

app = new_app()

Folder = Annotated[
    Path | None, typer.Argument(metavar="[DIR]", help="The data folder.  [default: px-data]")
]


@app.command()
def renew(folder: Folder = None, as_json: Json = False) -> None:
    """Replace a host's root token, after a leak or a loss.

    The new one is in the data folder's file root-token, and is not printed. A `px serve` that runs
    takes it with the next request, and the old one is refused. Other tokens stay as they are.

    \b
    Example: px serve renew
             px serve renew /srv/px
    """
    import secrets

    from px.serve import init
    from px.serve.data_folder import DEFAULT, ROOT_TOKEN, DataFolder

    init.new_root_token(DataFolder(folder or DEFAULT), secrets.token_bytes)
    if as_json:
        terminal.document({"rootToken": ROOT_TOKEN})
        return
    terminal.data("Replaced the root token")
    terminal.say(f"The data folder's file {ROOT_TOKEN} has it: move it to where you use px")
