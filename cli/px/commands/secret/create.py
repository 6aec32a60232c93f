"""`px secret create NAME`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from px.commands.groups import new_app
from px.commands.nearest_name import history_hint
from px.commands.options import CreateProject, IfVersion, Name, Server, secrets_of, with_server

if TYPE_CHECKING:
    from px.api.secrets import Secret

app = new_app()
Stdin = Annotated[bool, typer.Option("--stdin", help="Read stdin, without its final newline.")]
FromFile = Annotated[
    str | None,
    typer.Option("--from-file", metavar="FILE", help="Read a file, byte for byte; - is stdin."),
]
Text = Annotated[
    str | None,
    typer.Option("--value", metavar="TEXT", help="Unsafe: visible in history and process list."),
]
New = Annotated[bool, typer.Option("--new", help="Only if there is no secret of this name yet.")]
StripNewline = Annotated[
    bool | None,
    typer.Option(
        "--strip-newline/--keep-newline",
        help="With --from-file: drop one final line end, or keep it without a warning.",
    ),
]


@app.command()
@with_server()
def create(
    server: Server,
    name: Name,
    stdin: Stdin = False,
    from_file: FromFile = None,
    value: Text = None,
    strip_newline: StripNewline = None,
    if_version: IfVersion = None,
    new: New = False,
    create_project: CreateProject = False,
) -> None:
    """Create or update a secret. Asks for the value, hidden, unless an option gives it.

    A value is 1 to 65,536 bytes of UTF-8 without NUL; px removes a byte-order mark before it. px
    first checks that the server accepts the token, then asks for the value.

    --if-version and --new keep you from overwriting what somebody else wrote in the meantime: then
    nothing is written, and px names the current version.

    \b
    Example: px secret create OPENAI_API_KEY
             px secret create TLS_KEY --from-file key.pem
             px secret create API_KEY --from-file key.txt --strip-newline
             px secret create API_KEY --if-version 3
             pass show api-key | px secret create API_KEY --stdin
    """
    from positronic.names import parse_name
    from px import terminal
    from px.secrets.value_source import Source, read_value
    from px.secrets.value_warnings import of_one, weak

    checked = parse_name(name)
    expected = _expected(if_version, new=new)
    source = Source(stdin, from_file, value, strip_newline)
    source.check()
    warnings = [] if value is None else [terminal.VALUE_WARNING]
    with server.connect_to_write(creates=create_project) as client:
        if source.is_typed:
            client.check()
        text = read_value(checked, source, warnings)
        warnings += of_one(checked, text.reveal()) + weak([(checked, text)])
        if not server.as_json:
            terminal.warn(warnings)
        with history_hint(checked):
            secret = secrets_of(client).create(checked, text, expected)
    if server.as_json:
        terminal.document(secret.document() | client.location_fields)
    else:
        terminal.say(_done(secret))
        terminal.say(f"It is stored at {client.location}")


def _expected(if_version: int | None, *, new: bool) -> int | None:
    """Raises Usage for both options together."""
    from px.errors import Usage

    if new and if_version is not None:
        raise Usage("--if-version and --new cannot be used together")
    return 0 if new else if_version


def _done(secret: Secret) -> str:
    is_new = secret.created_at == secret.updated_at
    return f"Secret {'created' if is_new else 'updated'} successfully!"
