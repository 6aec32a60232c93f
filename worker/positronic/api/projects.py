"""`/projects` and `/project`: which projects exist, and how one is adopted or repaired."""

from __future__ import annotations

from typing import Final

from positronic.api import adoption_models, models
from positronic.api.routing import PAGING, Call, Query, Route
from positronic.roles import Role


async def _list_projects(call: Call) -> models.ProjectsOut:
    """Every project that was ever written to."""
    return models.projects_out(await call.session.projects().list(*call.page()))


async def _adopt(call: Call) -> adoption_models.AdoptionOut:
    """Bring some of what KV had before this project had a ledger; repeat until `adopted`."""
    session = call.session
    step = await session.adoption().step()
    session.service.unknown_projects.discard(session.project)  # its tokens are there from now on
    return adoption_models.adoption_out(step)


async def _repair(call: Call) -> adoption_models.RepairOut:
    """Some copies are written to KV again; repeat with `cursor` until there is none."""
    due, cursor = await call.session.adoption().repair(call.query.get("cursor"))
    return adoption_models.RepairOut(due=due, cursor=cursor)


_CURSOR: Final = Query(
    "cursor", {"type": "string", "description": "The `cursor` of the previous step."}
)

ROUTES: Final = (
    Route("GET", "/projects", Role.ROOT, _list_projects, "List the projects.", query=PAGING),
    Route("POST", "/project/adopt", Role.ADMIN, _adopt, "Adopt one step."),
    Route(
        *("POST", "/project/repair", Role.ADMIN, _repair, "Repair one step."),
        *(200, (404,), (_CURSOR,)),
    ),
)
