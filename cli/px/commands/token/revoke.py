"""`px token revoke ID`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from px.commands.groups import new_app
from px.commands.options import Server, Yes, with_server
from px.commands.question import ask
from px.server_choice import Root

if TYPE_CHECKING:
    from collections.abc import Callable

    from px.api.client import Client
    from px.api.tokens import Tokens
    from px.commands.token.revocation import Revocation

app = new_app()
TokenId = Annotated[
    str | None, typer.Argument(metavar="[ID]", help="The token's id, from `px token list`.")
]
OneName = Annotated[
    str | None, typer.Option("--name", metavar="NAME", help="The only token of this name.")
]
AllOf = Annotated[
    str | None, typer.Option("--all-of", metavar="NAME", help="Every token of this name.")
]


@app.command()
@with_server(root=Root.ELSEWHERE)
def revoke(
    server: Server,
    token_id: TokenId = None,
    name: OneName = None,
    all_of: AllOf = None,
    yes: Yes = False,
) -> None:
    """Revoke tokens, and all that were created with them. Asks first, or needs --yes.

    They stop working at once, everywhere. A name can belong to several tokens: --name is refused
    then, and --all-of revokes each of them. Revoke an entry that `px token list` shows as
    unreadable by the id shown there.

    \b
    Example: px token revoke 0123456789abcdef --yes
             px token revoke --all-of alice
    """
    from px.api.tokens import Tokens

    find = _choice(token_id, name, all_of)
    with server.connect_to_write(asks=not yes) as client:
        tokens, own = Tokens(client), _own_id(client)
        chosen = find(tokens, own)
        is_own = ", which px itself uses now," if chosen.takes(own) else ""
        question = f"Revoke {chosen.what}{is_own} at {client.location}?"
        ask(question, "nothing was revoked", yes=yes)
        _revoke_each(tokens, chosen)
    ids: dict[str, object] = {"ids": list(chosen.ids)} if all_of else {"id": chosen.ids[0]}
    document = {**ids, "revoked": True, "withIt": list(chosen.with_them)} | client.location_fields
    server.tell(document, chosen.done, f"It gave access to {client.location}")


def _choice(
    token_id: str | None, name: str | None, all_of: str | None
) -> Callable[[Tokens, str], Revocation]:
    """What finds the tokens, once there is a server to ask. Raises Usage, InvalidName."""
    from positronic.names import parse_token_name
    from px.commands.token import revocation
    from px.errors import Usage

    if sum(one is not None for one in (token_id, name, all_of)) != 1:
        raise Usage("give one of ID, --name NAME and --all-of NAME", hint="see `px token list`")
    if all_of is not None:
        every = parse_token_name(all_of)
        return lambda tokens, own: revocation.all_of(list(tokens.list()), every, own)
    if name is not None:
        only = parse_token_name(name)
        return lambda tokens, _: revocation.of_name(list(tokens.list()), only)
    return lambda tokens, _: _of_id(tokens, str(token_id))


def _own_id(client: Client) -> str:
    """The id of the token that px sends; empty for root's."""
    from positronic.access.tokens import parse

    token = parse(client.target.token)
    return token.id if token else ""


def _revoke_each(tokens: Tokens, chosen: Revocation) -> None:
    """Raises PxError, which says how many were revoked before."""
    from px.errors import PxError

    for number, one in enumerate(chosen.sent):
        try:
            tokens.revoke(one)
        except PxError as error:
            if len(chosen.sent) > 1 and error.code == "not_found":
                continue  # somebody else was faster
            if number:
                error.message = f"{error.message}; {number:,} of {len(chosen.sent):,} were revoked"
            raise


def _of_id(tokens: Tokens, text: str) -> Revocation:
    """Only an unreadable entry can have an id that is not a token's. Raises Usage."""
    from positronic.access.tokens import ID, is_mistyped, parse
    from px.commands.token.revocation import of_id
    from px.errors import Usage

    is_token = parse(text) is not None or is_mistyped(text)
    listed = [] if is_token else list(tokens.list())
    is_unreadable = any(one.is_unreadable and one.id == text for one in listed)
    if not (ID.fullmatch(text) or is_unreadable):
        raise Usage(
            "ID is not 16 hexadecimal digits", hint="see `px token list`; never give the token"
        )
    return of_id(listed, text)
