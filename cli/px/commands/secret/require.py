"""`px secret require NAME...`."""

from __future__ import annotations

from typing import Annotated

import typer

from px.commands.groups import new_app
from px.commands.options import Server, known_secret, secrets_of, with_server

app = new_app()
Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="NAME", help="The secrets' names.", autocompletion=known_secret),
]
From = Annotated[
    str | None,
    typer.Option("--from", metavar="FILE", help="Take the names from a dotenv or JSON file."),
]


@app.command()
@with_server()
def require(server: Server, names: Names = None, from_file: From = None) -> None:
    """Tell which of these secrets are missing; exit code 0 or 1.

    For CI: exit code 0 if none is missing. The missing names go to stdout, one per line. It only
    looks at names; `px secret exists` also checks that the stored record can be opened.

    \b
    Example: px secret require OPENAI_API_KEY DATABASE_URL && px deploy
             px secret require --from .env.secrets.example
    """
    from px import terminal
    from px.secrets import import_words
    from px.secrets.requirement import missing, required_names

    wanted = required_names(names or [], from_file)
    with server.connect() as client:
        lacking = missing(secrets_of(client), wanted)
    present = [name for name in wanted if name not in lacking]
    if server.as_json:
        terminal.document({"present": present, "missing": lacking})
    else:
        import_words.required(present, lacking)
    raise typer.Exit(1 if lacking else 0)
