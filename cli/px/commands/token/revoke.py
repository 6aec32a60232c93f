"""`px token revoke ID`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from px.commands.groups import new_app
from px.commands.options import Server, Yes, with_server
from px.commands.question import ask
from px.server_choice import Root

if TYPE_CHECKING:
    from px.api.tokens import Tokens

app = new_app()
TokenId = Annotated[str, typer.Argument(metavar="ID", help="The token's id, from `px token list`.")]


@app.command()
@with_server(root=Root.ELSEWHERE)
def revoke(server: Server, token_id: TokenId, yes: Yes = False) -> None:
    """Revoke a token, and all that were created with it. Asks first, or needs --yes.

    It stops working at once, everywhere. Revoke an entry that `px token list` shows as unreadable
    by the id shown there.

    \b
    Example: px token revoke 0123456789abcdef --yes
    """
    from px import terminal
    from px.api.tokens import Tokens, issued_by

    with server.connect_to_write(asks=not yes) as client:
        tokens = Tokens(client)
        _check_id(tokens, token_id)
        others = [one.id for one in issued_by(list(tokens.list()), token_id)]
        what = f"the token {terminal.printable(token_id)}{_and_more(others)}"
        ask(f"Revoke {what} at {client.location}?", "nothing was revoked", yes=yes)
        tokens.revoke(token_id)
    document = {"id": token_id, "revoked": True, "withIt": others} | client.location_fields
    done = f"Token revoked{_and_more(others)}."
    server.tell(document, done, f"It gave access to {client.location}")


def _and_more(issued: list[str]) -> str:
    if not issued:
        return ""
    return f", and {'1 token' if len(issued) == 1 else f'{len(issued):,} tokens'} created with it"


def _check_id(tokens: Tokens, text: str) -> None:
    """Only an unreadable entry can have an id that is not a token's. Raises Usage."""
    from positronic.access.tokens import ID, is_mistyped, parse
    from px.errors import Usage

    if ID.fullmatch(text):
        return
    is_token = parse(text) is not None or is_mistyped(text)
    if is_token or not any(one.is_unreadable and one.id == text for one in tokens.list()):
        raise Usage(
            "ID is not 16 hexadecimal digits", hint="see `px token list`; never give the token"
        )
