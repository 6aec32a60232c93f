"""`/tokens`: a project's tokens, issued, listed and revoked."""

from __future__ import annotations

from typing import Final

from positronic.api import models
from positronic.api.body import read_token
from positronic.api.routing import (
    DEFAULT_LIST,
    PAGING,
    Call,
    Executor,
    Query,
    Route,
    create,
    delete,
)
from positronic.roles import Role


async def _issue(sent: models.TokenIn, call: Call) -> models.IssuedOut:
    """Only this answer shows the token itself. It never outlives or outranks its issuer."""
    token, record = await call.session.issuer().issue(sent.name, sent.role, sent.expires_in)
    return models.issued_out(token, record)


async def _list(call: Call) -> models.TokensOut:
    return models.tokens_out(await call.session.issuer().list(*call.page(DEFAULT_LIST)))


async def _revoke(call: Call) -> None:
    """And every token that was issued by it."""
    await call.session.issuer().revoke(call.segment)


async def _revoke_listed(call: Call) -> None:
    """For an id that no path can carry."""
    await call.session.issuer().revoke(call.required("id"))


async def _root_replaced(call: Call) -> None:
    """px calls this after a deploy that replaced it, with the new one."""
    await call.session.auditor().root_replaced()


_ID: Final = Query("id", {"type": "string", "description": "Any listed id."}, required=True)

ROUTES: Final = (
    Route("GET", "/tokens", Role.ADMIN, _list, "List the project's tokens.", query=PAGING),
    # Not repeatable: nothing that is kept could show the first token again.
    create(
        *("/tokens", Role.ADMIN, _issue, "Issue a token for the project.", read_token),
        is_repeatable=False,
    ),
    delete("/tokens", Role.ADMIN, _revoke_listed, "Revoke a listed entry.", (_ID,)),
    delete("/tokens/{id}", Role.ADMIN, _revoke, "Revoke a token."),
    Route(
        *("POST", "/root-token/replaced", Role.ROOT, _root_replaced),
        *("Record that the root token was replaced.", 204),
        executor=Executor.LEDGER,
        is_repeatable=True,
    ),
)
