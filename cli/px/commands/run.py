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
        "--file", metavar="FILE", help="A dotenv or JSON file; - is stdin.  [default: .env.secrets]"
    ),
]


Allow = Annotated[
    list[str] | None,
    typer.Option("--allow", metavar="NAME", help="Accept this name although it controls programs."),
]


@app.command()
def run(
    command: Command = None, file: File = None, allow: Allow = None, as_json: Json = False
) -> None:
    """Run a command with the local secrets in its environment. Never asks a server.

    The command replaces px, so it has its own exit code and signals. The file wins over the
    environment. Without --file px reads the project's .env.secrets (beside wrangler.toml), or the
    one in this folder; never .env.deploy. --file - uses up stdin; the command gets an empty one.

    px refuses names in the file that control what programs load or run (PATH, LD_*, PYTHON*,
    NODE_OPTIONS, GIT_*, ...), unless --allow names them.

    px's own exit codes: 2 wrong usage, 126 the command cannot be executed, 127 it is not found.

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
        raise Usage("no command to run was given", hint="`px run -- CMD...`")
    entries, remarks = read_secrets(file)
    steering_names.refuse([name for name, _ in entries], allow or [])
    if not as_json:
        terminal.warn([terminal.placed(remark) for remark in remarks])
    replace_px(command, environment(given(os.environb), entries))
