"""`/tokens`: a project's tokens, issued, listed and revoked."""

from __future__ import annotations

from typing import Final

from positronic.api import models
from positronic.api.body import read_token
from positronic.api.routing import (
    DEFAULT_LIST,
    PAGING,
    Call,
    Route,
    Routes,
    answer,
    change,
    change_by,
    page_size,
    required,
)
from positronic.http.request import Response
from positronic.names import TokenName
from positronic.roles import Role


async def _issue_token(sent: tuple[TokenName, Role, int | None], call: Call) -> Response:
    name, role, expires_in = sent
    token, record = await call.session.issuer().issue(name, role, expires_in)
    return answer(201, models.issued_out(token, record))


async def _list_tokens(call: Call) -> Response:
    page = await call.session.issuer().list(call.query.get("cursor"), page_size(call, DEFAULT_LIST))
    return answer(200, models.tokens_out(page))


async def _revoke_token(call: Call) -> Response:
    await call.session.issuer().revoke(call.segment)
    return Response(204)


async def _revoke_listed(call: Call) -> Response:
    # For what is listed and no path can carry: `..`, or nothing at all.
    await call.session.issuer().revoke(required(call, "id"))
    return Response(204)


ROUTES: Final[Routes] = {
    "/tokens": {
        "GET": Route(Role.ADMIN, _list_tokens, PAGING),
        "POST": change_by(Role.ADMIN, read_token, _issue_token),
        "DELETE": change(Role.ADMIN, _revoke_listed, frozenset({"id"})),
    },
    "/tokens/*": {"DELETE": change(Role.ADMIN, _revoke_token)},
}
