"""`/keys` and `/projects`: master keys by id, rotation, and which projects exist."""

from __future__ import annotations

from typing import Final

from positronic.api import models
from positronic.api.routing import PAGING, Call, Executor, Route
from positronic.roles import Role


async def _list_keys(call: Call) -> models.KeysOut:
    census = await call.session.rotation().census()
    pending = bool(call.session.service.settings.next_master_key)
    return models.keys_out(census, call.session.keyring, pending=pending)


async def _rotate(call: Call) -> models.StepOut:
    """Move some records to the newest key; repeat until `remaining` is 0."""
    return models.step_out(await call.session.rotation().step())


async def _list_projects(call: Call) -> models.ProjectsOut:
    """Every project that was ever written to."""
    return models.projects_out(await call.session.projects().list(*call.page()))


_LEDGER: Final = Executor.LEDGER

ROUTES: Final = (
    Route("GET", "/keys", Role.ADMIN, _list_keys, "List the master keys in use, by id."),
    Route("POST", "/keys/rotate", Role.ADMIN, _rotate, "Rotate one step.", executor=_LEDGER),
    Route("GET", "/projects", Role.ROOT, _list_projects, "List the projects.", query=PAGING),
)
