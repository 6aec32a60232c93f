"""`px token revoke ID`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from px.commands.groups import new_app
from px.commands.options import Server, Yes, with_server
from px.commands.removal import Removal, remove

if TYPE_CHECKING:
    from px.api.tokens import Tokens

app = new_app()
_WORDS: Final = Removal("Revoke the token", "revoked", "id", "Token revoked.", "It opened")
TokenId = Annotated[str, typer.Argument(metavar="ID", help="The token's id, as listed.")]


@app.command()
@with_server()
def revoke(server: Server, token_id: TokenId, yes: Yes = False) -> None:
    """Revoke a token. Asks first; without a terminal it needs --yes.

    It opens nothing here from now on; in other locations a minute may pass. An entry that
    `px token list` shows as unreadable is removed by the id it is listed under.

    \b
    Example: px token revoke 0123456789abcdef --yes
    """
    from px.api.tokens import Tokens

    with server.connect() as client:
        tokens = Tokens(client)
        _check_id(tokens, token_id)
        remove(server, client, token_id, tokens.revoke, _WORDS, yes=yes)


def _check_id(tokens: Tokens, text: str) -> None:
    """Only an unreadable entry has an id that no token has. Raises Usage."""
    from positronic.access.tokens import ID, is_mistyped, parse
    from px.errors import Usage

    if ID.fullmatch(text):
        return
    is_token = parse(text) is not None or is_mistyped(text)
    if is_token or not any(one.is_unreadable and one.id == text for one in tokens.list()):
        raise Usage(
            "a token's id has 16 hexadecimal digits", hint="see `px token list`; not the token"
        )
