"""`/grants`: which app may read which secrets over its binding."""

from __future__ import annotations

from typing import Final

from positronic.api import grant_models
from positronic.api.body import read_grant
from positronic.api.routing import (
    DEFAULT_LIST,
    PAGING,
    Call,
    Query,
    Route,
    create,
    delete,
)
from positronic.errors import TooLarge
from positronic.names import NAME, Name, parse_name
from positronic.roles import Role

MAX_REMOVED: Final = 100  # names in one address


async def _add(sent: grant_models.GrantIn, call: Call) -> grant_models.AddedOut:
    """What it could read before stays. There need not be such secrets yet."""
    return grant_models.added_out(await call.session.grants().add(sent.as_, sent.read))


async def _list(call: Call) -> grant_models.GrantsOut:
    """By `as`."""
    return grant_models.grants_out(await call.session.grants().list(*call.page(DEFAULT_LIST)))


async def _remove(call: Call) -> None:
    """The whole grant, or with `read` these names of it. It holds at the app's next call."""
    await call.session.grants().remove(call.segment, _names(call))


def _names(call: Call) -> list[Name]:
    """An empty list: the whole grant. Raises InvalidName, ReservedName, TooLarge."""
    if "read" not in call.query:
        return []
    texts = call.query["read"].split(",")
    if len(texts) > MAX_REMOVED:
        raise TooLarge(f"`read` has {len(texts)} names; at most {MAX_REMOVED} are allowed")
    return [parse_name(text) for text in texts]


_READ: Final = Query(
    "read",
    {
        "type": "string",
        "pattern": f"^{NAME.pattern}(,{NAME.pattern})*$",
        "description": "Names of secrets, with commas between them.",
    },
)

ROUTES: Final = (
    Route("GET", "/grants", Role.ADMIN, _list, "List the project's grants.", query=PAGING),
    create(
        *("/grants", Role.ADMIN, _add, "Let an app read secrets over its binding.", read_grant),
        errors=(409,),
    ),
    delete("/grants/{as}", Role.ADMIN, _remove, "Take back what an app may read.", (_READ,)),
)
