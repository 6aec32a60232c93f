"""`px secret create NAME`."""

from __future__ import annotations

import click

from px.commands.options import connect, name_argument, server_options


@click.command()
@name_argument
@click.option("--stdin", is_flag=True, help="Read stdin; one final line end is dropped.")
@click.option("--from-file", metavar="FILE", help="Read a file, every byte of it.")
@click.option("--value", metavar="TEXT", help="Unsafe: shell history, process list.")
@server_options
def create(
    name: str,
    stdin: bool,
    from_file: str | None,
    value: str | None,
    url: str | None,
    project: str | None,
    timeout: float,
    as_json: bool,
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
        terminal.document(secret.document())
    else:
        terminal.created(secret)
