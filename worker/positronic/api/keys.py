"""`/keys` and `/projects`: master keys by id, rotation, and which projects there are."""

from __future__ import annotations

from typing import Final

from positronic.api import models
from positronic.api.routing import PAGING, Call, Route, Routes, answer, change, page_size
from positronic.http.request import Response
from positronic.roles import Role


async def _list_keys(call: Call) -> Response:
    census = await call.session.rotation().census()
    pending = bool(call.session.service.settings.next_master_key)
    return answer(200, models.keys_out(census, call.session.keyring, pending=pending))


async def _rotate(call: Call) -> Response:
    return answer(200, models.step_out(await call.session.rotation().step()))


async def _list_projects(call: Call) -> Response:
    registry = call.session.service.storage.projects()
    page = await registry.list(call.query.get("cursor"), page_size(call))
    return answer(200, models.projects_out(page))


ROUTES: Final[Routes] = {
    "/keys": {"GET": Route(Role.ADMIN, _list_keys)},
    "/keys/rotate": {"POST": change(Role.ADMIN, _rotate)},
    "/projects": {"GET": Route(Role.ROOT, _list_projects, PAGING)},
}
