"""`px token create NAME`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from positronic.roles import TOKEN_ROLES
from px.commands.groups import new_app
from px.commands.options import CreateProject, Server, one_of, with_server
from px.server_choice import Root

if TYPE_CHECKING:
    from px.api.tokens import IssuedToken

app = new_app()
TokenName = Annotated[str, typer.Argument(metavar="NAME", help="What the token is for.")]
Role = Annotated[
    str,
    typer.Option(
        "--role",
        metavar="ROLE",
        help=", ".join(TOKEN_ROLES),
        autocompletion=one_of(*TOKEN_ROLES),
    ),
]
Expires = Annotated[
    str | None,
    typer.Option(
        "--expires", metavar="TIME", help="30m, 12h, 90d, 52w.  [default: with your own token]"
    ),
]


@app.command()
@with_server(root=Root.ELSEWHERE)
def create(
    server: Server,
    name: TokenName,
    role: Role,
    expires: Expires = None,
    create_project: CreateProject = False,
) -> None:
    """Create a token for one project. It is shown only once: the server keeps a hash.

    Only the token goes to stdout, so that you can pipe it on without seeing it. A token that was
    created with another token expires no later than that one, and is revoked with it.

    \b
    Example: px token create ci --role writer --expires 90d
             px token create github --role deployer | gh secret set PX_TOKEN
    """
    from positronic.names import parse_token_name
    from px import terminal
    from px.api.tokens import Tokens
    from px.commands.durations import parse_life
    from px.errors import PxError, Refused
    from px.invocation import repeat

    checked, seconds = parse_token_name(name), None if expires is None else parse_life(expires)
    _check_role(role)
    _check_stdout()
    with server.connect_to_write(creates=create_project) as client:
        issued = Tokens(client).issue(checked, role, seconds)
    try:
        if server.as_json:
            terminal.document(issued.document() | client.location_fields)
        else:
            _show(issued, client.location)
    except (PxError, terminal.ReaderGone) as error:
        gone = Refused("the output cannot be written: nobody reads it", code="output_failed")
        failure = error if isinstance(error, PxError) else gone
        revoke = repeat(f"px token revoke {issued.token.id}")
        failure.hint = f"nobody has seen the token, which was created: `{revoke}`"
        raise failure from None


def _check_stdout() -> None:
    from px.errors import Usage

    if sys.stdout is None:
        raise Usage("stdout is closed, where the token goes; nothing was sent")


def _check_role(role: str) -> None:
    from px.errors import Usage

    if role not in TOKEN_ROLES:
        raise Usage(f"--role must be one of {', '.join(TOKEN_ROLES)}")


def _show(issued: IssuedToken, location: str) -> None:
    from px import terminal

    token = issued.token
    until = "never expires"
    if token.expires_at is not None:
        until = f"expires {terminal.short_time(token.expires_at)} UTC"
    terminal.say(f"Token {token.id} created for {token.name}: {token.role}, {until}")
    terminal.say(f"It gives access to {location}")
    terminal.say("It is shown only once: store it now.")
    terminal.data(issued.text)
