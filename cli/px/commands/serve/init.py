"""`px serve init`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from px import terminal
from px.commands.groups import new_app
from px.commands.options import Json

app = new_app()

Folder = Annotated[
    Path | None, typer.Argument(metavar="[DIR]", help="The new data folder.  [default: px-data]")
]
NoRecovery = Annotated[
    bool, typer.Option("--no-recovery-file", help="Write no recovery file: a lost key stays lost.")
]
Stdin = Annotated[bool, typer.Option("--passphrase-stdin", help="Read the passphrase from stdin.")]


@app.command()
def init(
    folder: Folder = None,
    no_recovery_file: NoRecovery = False,
    passphrase_stdin: Stdin = False,
    as_json: Json = False,
) -> None:
    """Make a data folder for `px serve`: a master key, its recovery file and a root token.

    Nothing of them is printed. The recovery file is sealed with a passphrase, which px asks for:
    keep a copy of it elsewhere. Move the file root-token out of the folder, to where you use px.

    \b
    Example: px serve init
             px serve init /srv/px --passphrase-stdin < passphrase.txt
    """
    import os

    from px.keys.passphrase import Passphrase
    from px.serve import data_folder
    from px.serve import init as new_host
    from px.serve.data_folder import DEFAULT, DataFolder

    otherwise = ", or --no-recovery-file"
    passphrase = Passphrase(stdin=passphrase_stdin, otherwise=otherwise)
    root = folder or DEFAULT
    done = new_host.init(DataFolder(root), None if no_recovery_file else passphrase, os.urandom)
    if as_json:
        terminal.document(done.document())
        return
    terminal.data(f"Made the data folder, with the master key {done.key_id}")
    terminal.say(
        f"Its file {data_folder.ROOT_TOKEN} has the root token: move it to where you use px"
    )
    if done.has_recovery:
        terminal.say(
            f"Keep a copy of its file {data_folder.RECOVERY} elsewhere, apart from its passphrase"
        )
