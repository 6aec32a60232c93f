"""`/audit`: who did what."""

from __future__ import annotations

from typing import Final

from positronic.api import models
from positronic.api.routing import DEFAULT_LIST, PAGING, Call, Route, Routes, answer, page_size
from positronic.http.request import Response
from positronic.roles import Role


async def _audit(call: Call) -> Response:
    page = await call.session.audit_log().list(
        call.query.get("cursor"), page_size(call, DEFAULT_LIST)
    )
    return answer(200, models.events_out(page, call.session.verify))


ROUTES: Final[Routes] = {"/audit": {"GET": Route(Role.READER, _audit, PAGING)}}
