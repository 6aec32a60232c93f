"""`/secrets`: names and dates, and changes; never a value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from positronic.api import models
from positronic.api.body import read_bulk, read_secret
from positronic.api.routing import (
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
from positronic.errors import InvalidName, NotFound, ReservedName
from positronic.http.request import Response
from positronic.names import parse_name
from positronic.roles import Role
from positronic.secrets.vault import Entry


async def _create(sent: Entry, call: Call) -> Response:
    name, value = sent
    info = await call.session.vault().create(name, value)
    return answer(201, models.secret_out(info))


async def _list(call: Call) -> Response:
    page = await call.session.vault().list(call.query.get("cursor"), page_size(call))
    return answer(200, models.secrets_out(page))


async def _exists(call: Call) -> Response:
    found = await call.session.vault().exists(parse_name(call.segment))
    return answer(200, models.ExistsOut(exists=found))


async def _delete(call: Call) -> Response:
    await call.session.vault().delete(call.segment)
    return Response(204)


async def _delete_listed(call: Call) -> Response:
    # For what is listed and no path can carry: `..`, or nothing at all.
    try:
        await call.session.vault().delete(required(call, "name"))
    except (InvalidName, ReservedName):
        raise NotFound("there is no secret of this name") from None
    return Response(204)


async def _bulk(sent: Sequence[Entry], call: Call) -> Response:
    result = await call.session.vault().bulk(sent)
    return answer(201, models.BulkOut(created=result.created, updated=result.updated))


_DELETE: Final = change(Role.WRITER, _delete)

# `bulk` is a secret's name too, so it can be deleted.
ROUTES: Final[Routes] = {
    "/secrets": {
        "GET": Route(Role.READER, _list, PAGING),
        "POST": change_by(Role.WRITER, read_secret, _create),
        "DELETE": change(Role.WRITER, _delete_listed, frozenset({"name"})),
    },
    "/secrets/bulk": {"POST": change_by(Role.WRITER, read_bulk, _bulk), "DELETE": _DELETE},
    "/secrets/*": {"DELETE": _DELETE},
    "/secrets/*/exists": {"GET": Route(Role.READER, _exists)},
}
