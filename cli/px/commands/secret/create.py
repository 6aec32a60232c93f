"""`px secret create NAME`."""

from __future__ import annotations

from typing import Annotated

import typer

from px.commands.groups import new_app
from px.commands.options import TIMEOUT, Json, Name, Project, Timeout, Url, connect

app = new_app()
Stdin = Annotated[bool, typer.Option("--stdin", help="Read stdin; one final line end is dropped.")]
FromFile = Annotated[
    str | None,
    typer.Option("--from-file", metavar="FILE", help="Read a file, every byte of it."),
]
Text = Annotated[
    str | None,
    typer.Option("--value", metavar="TEXT", help="Unsafe: shell history, process list."),
]


@app.command()
def create(
    name: Name,
    stdin: Stdin = False,
    from_file: FromFile = None,
    value: Text = None,
    url: Url = None,
    project: Project = None,
    timeout: Timeout = TIMEOUT,
    as_json: Json = False,
) -> None:
    """Create or update a secret. Asks for the value, hidden, unless told where to read it.

    A value has 1 to 65,536 bytes of UTF-8 and no NUL.

    \b
    Example: px secret create OPENAI_API_KEY
             px secret create TLS_KEY --from-file key.pem
             pass show api-key | px secret create API_KEY --stdin
    """
    from positronic.names import parse_name
    from px import terminal
    from px.value_source import read_value

    checked = parse_name(name)
    if value is not None and not as_json:
        terminal.say(terminal.VALUE_WARNING)
    with connect(url, project, timeout) as client:
        text = read_value(checked, stdin=stdin, from_file=from_file, value=value)
        secret = client.create(checked, text)
    if as_json:
        terminal.document(secret.document() | client.where)
    else:
        terminal.created(secret)
        terminal.say(f"It is stored at {client.place}")
