"""A project's tokens, as its ledger answers. A new token is made here: the ledger never has it."""

from __future__ import annotations

from positronic.access import tokens
from positronic.commands.asking import Asking
from positronic.names import TokenName
from positronic.ports import Page, RandomBytes, Signature, TokenRecord, Unreadable
from positronic.roles import TOKEN_ROLES, Role

_UNSHOWN = Signature("", "")  # what the ledger keeps to itself


class LedgerIssuer:
    """For one project, and for the roles that a project token may have."""

    def __init__(self, ask: Asking, random: RandomBytes) -> None:
        self._ask = ask
        self._random = random

    async def issue(
        self, name: TokenName, role: Role, expires_in: int | None
    ) -> tuple[tokens.Token, TokenRecord]:
        """A token and its record; `expires_in` in seconds. The token is nowhere after this."""
        token = tokens.mint(self._ask.project, self._random)
        created, expires, issuer = await self._ask(
            "token.create",
            id=token.id,
            hash=token.hash,
            name=name,
            role=role.label,
            expiresIn=expires_in,
        )
        dates = created, expires
        return token, TokenRecord(token.id, name, role, token.hash, *dates, _UNSHOWN, issuer)

    async def list(self, cursor: str | None, limit: int) -> Page[TokenRecord | Unreadable]:
        """By id."""
        found, following = await self._ask("token.list", cursor=cursor, limit=limit)
        return Page([_item(*one) for one in found], following)

    async def revoke(self, token_id: str) -> None:
        """With all that it issued. Raises NotFound. Works on whatever is listed."""
        await self._ask("token.revoke", id=token_id)


def _item(
    id_: str,
    name: str = "",
    role: str = "",
    created: int = 0,
    expires: int | None = None,
    issuer: str | None = None,
) -> TokenRecord | Unreadable:
    if not role:
        return Unreadable(id_)
    dates = created, expires
    return TokenRecord(id_, TokenName(name), TOKEN_ROLES[role], "", *dates, _UNSHOWN, issuer)
