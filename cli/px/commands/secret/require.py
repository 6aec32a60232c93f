"""`px secret require NAME...`."""

from __future__ import annotations

from typing import Annotated

import typer

from px.commands import typed_value
from px.commands.groups import new_app
from px.commands.options import Server, known_secret, secrets_of, with_server

app = new_app()
Names = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="NAME",
        help="The secrets' names.",
        autocompletion=known_secret,
        callback=typed_value.refuse_any,
    ),
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
    looks at names, and warns of those that have expired; `px secret exists` also checks that the
    stored record can be opened.

    \b
    Example: px secret require OPENAI_API_KEY DATABASE_URL && px deploy
             px secret require --from .env.secrets.example
    """
    from datetime import UTC, datetime

    from px import terminal
    from px.secrets import import_words, policy_tables
    from px.secrets.requirement import required_names, stored

    wanted = required_names(names or [], from_file)
    with server.connect() as client:
        present = stored(secrets_of(client), wanted)
    lacking = [name for name in wanted if name not in present]
    if server.as_json:
        now = datetime.now(UTC)
        expired = [name for name, secret in present.items() if secret.has_expired(now)]
        more = {"expired": expired} if expired else {}
        terminal.document({"present": list(present), "missing": lacking, **more})
    else:
        import_words.required(list(present), lacking)
        terminal.warn(policy_tables.expired(list(present.values())))
    raise typer.Exit(1 if lacking else 0)
