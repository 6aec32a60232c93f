"""`px token revoke ID`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from px.commands.groups import new_app
from px.commands.options import TIMEOUT, Json, Project, Timeout, Url, Yes, administer, ask

if TYPE_CHECKING:
    from px.api.admin import Admin

app = new_app()
TokenId = Annotated[str, typer.Argument(metavar="ID", help="The token's id, from `px token list`.")]


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

    It stops working here at once, in other locations within a minute. Revoke an entry that
    `px token list` shows as unreadable by the id shown there.

    \b
    Example: px token revoke 0123456789abcdef --yes
    """
    from px import terminal

    with administer(url, project, timeout) as admin:
        _check_id(admin, token_id)
        if not yes:
            question = f"Revoke the token {terminal.printable(token_id)} at {admin.place}?"
            ask(question, "nothing was revoked")
        admin.revoke(token_id)
    if as_json:
        terminal.document({"id": token_id, "revoked": True} | admin.where)
    else:
        terminal.say("Token revoked.")
        terminal.say(f"It gave access to {admin.place}")


def _check_id(admin: Admin, text: str) -> None:
    """Only an unreadable entry can have an id that is not a token's. Raises Usage."""
    from positronic.access.tokens import ID, is_mistyped, parse
    from px.errors import Usage

    if ID.fullmatch(text):
        return
    is_token = parse(text) is not None or is_mistyped(text)
    if is_token or not any(one.is_unreadable and one.id == text for one in admin.tokens()):
        raise Usage(
            "ID is not a token id, which has 16 hexadecimal digits",
            hint="see `px token list`; never give the token itself",
        )
