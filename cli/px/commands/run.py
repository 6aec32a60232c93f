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
    typer.Option(
        "--file", metavar="FILE", help="dotenv or JSON; - is stdin.  [default: .env.secrets]"
    ),
]


Allow = Annotated[
    list[str] | None,
    typer.Option(
        "--allow", metavar="NAME", help="Take this name from the file though it steers programs."
    ),
]


@app.command()
def run(
    command: Command = None, file: File = None, allow: Allow = None, as_json: Json = False
) -> None:
    """Run a command with the local secrets in its environment. No server is asked.

    The command takes px's place: its exit code and its signals are its own. What the file holds
    stands before what the environment holds. Without --file it is the project's .env.secrets
    (beside wrangler.toml), else the one in this folder. .env.deploy is never read. --file - reads
    stdin, and the command's own stdin is empty then.

    Names that decide what programs load or run (PATH, LD_*, PYTHON*, NODE_OPTIONS, GIT_*, ...) are
    refused in the file, unless --allow names them.

    px's own exit codes here: 2 usage, 126 the command cannot be executed, 127 it was not found.

    \b
    Example: px run -- python app.py --verbose
             px run --file .env.test -- make test
             op inject -i template.env | px run --file - -- python app.py
    """
    import os

    from px import terminal
    from px.errors import Usage
    from px.process import steering_names
    from px.process.exec_command import replace_px
    from px.secrets.run_environment import environment, given, read_secrets

    if not command:
        raise Usage("there is no command to run", hint="`px run -- CMD...`")
    entries, remarks = read_secrets(file)
    steering_names.refuse([name for name, _ in entries], allow or [])
    if not as_json:
        terminal.warn([terminal.placed(remark) for remark in remarks])
    replace_px(command, environment(given(os.environb), entries))
