"""`px token revoke ID`."""

from __future__ import annotations

from typing import Annotated

import typer

from px.commands.groups import new_app
from px.commands.options import TIMEOUT, Json, Project, Timeout, Url, Yes, administer, ask

app = new_app()
TokenId = Annotated[str, typer.Argument(metavar="ID", help="The token's id, as listed.")]


@app.command()
def revoke(
    token_id: TokenId,
    yes: Yes = False,
    url: Url = None,
    project: Project = None,
    timeout: Timeout = TIMEOUT,
    as_json: Json = False,
) -> None:
    """Revoke a token. Asks first; without a terminal it needs --yes.

    It opens nothing here from now on; in other locations a minute may pass.

    \b
    Example: px token revoke 0123456789abcdef --yes
    """
    from px import terminal

    _check_id(token_id)
    with administer(url, project, timeout) as admin:
        if not yes:
            ask(f"Revoke the token {token_id} at {admin.place}?", "nothing was revoked")
        admin.revoke(token_id)
    if as_json:
        terminal.document({"id": token_id, "revoked": True} | admin.where)
    else:
        terminal.say("Token revoked.")
        terminal.say(f"It opened {admin.place}")


def _check_id(text: str) -> None:
    from positronic.errors import NotFound
    from positronic.tokens import parse_token_id
    from px.failures import Usage

    try:
        parse_token_id(text)
    except NotFound:
        raise Usage(
            "a token's id has 16 hexadecimal digits", hint="see `px token list`; not the token"
        ) from None
