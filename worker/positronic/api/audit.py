"""`/audit`: who did what."""

from __future__ import annotations

from typing import Final

from positronic.api import event_models
from positronic.api.routing import DEFAULT_LIST, PAGING, Call, Query, Route
from positronic.audit.wanted import Wanted
from positronic.roles import Role


async def _list(call: Call) -> event_models.EventsOut:
    """Who did what, newest first. With filters, a page can be empty and still not be the last."""
    wanted = Wanted(*(call.query.get(one.name) for one in _FILTERS))
    page = await call.session.audit_log().list(*call.page(DEFAULT_LIST), wanted)
    return event_models.events_out(page)


def _filter(name: str, description: str) -> Query:
    return Query(name, {"type": "string", "description": description})


_FILTERS: Final = (
    _filter("actor", "Only events of this actor: its id or its name."),
    _filter("action", "Only this action, or this group of actions, such as `secret`."),
    _filter("name", "Only events that name this secret or token."),
)

ROUTES: Final = (
    Route(
        *("GET", "/audit", Role.READER, _list, "List audit events."),
        query=(*PAGING, *_FILTERS),
    ),
)
