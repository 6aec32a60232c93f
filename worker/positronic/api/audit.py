"""`/audit`: who did what."""

from __future__ import annotations

from typing import Final

from positronic.api import models
from positronic.api.routing import DEFAULT_LIST, PAGING, Call, Route
from positronic.roles import Role


async def _list(call: Call) -> models.EventsOut:
    """Who did what, newest first."""
    page = await call.session.audit_log().list(*call.page(DEFAULT_LIST))
    return models.events_out(page, call.session.verify)


ROUTES: Final = (Route("GET", "/audit", Role.READER, _list, "List audit events.", query=PAGING),)
