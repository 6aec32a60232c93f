"""`px run -- CMD...`."""

from __future__ import annotations

from typing import Annotated

import typer

from px.commands.groups import new_app
from px.commands.options import Json

app = new_app(passes_on=True)
Command = Annotated[
    list[str] | None, typer.Argument(metavar="CMD...", help="The command and its own options.")
]
File = Annotated[
    str | None,
    typer.Option("--file", metavar="FILE", help="dotenv or JSON.  [default: .env.secrets]"),
]


@app.command()
def run(command: Command = None, file: File = None, as_json: Json = False) -> None:
    """Run a command with the local secrets in its environment. No server is asked.

    The command takes px's place: its exit code and its signals are its own. What the file holds
    stands before what the environment holds. Without --file it is the project's .env.secrets
    (beside wrangler.toml), else the one in this folder. .env.deploy is never read.

    px's own exit codes here: 2 usage, 126 the command cannot be executed, 127 it was not found.

    \b
    Example: px run -- python app.py --verbose
             px run --file .env.test -- make test
    """
    import os
    from pathlib import Path

    from px.failures import Usage
    from px.importing.run import read_file
    from px.replacement import replace_px
    from px.running import environment, find_file, given

    if not command:
        raise Usage("there is no command to run", hint="`px run -- CMD...`")
    path = Path(file) if file is not None else find_file(Path.cwd())
    replace_px(command, environment(given(os.environb), read_file(path)))
