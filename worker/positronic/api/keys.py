"""`/keys`: master keys by id, and rotation."""

from __future__ import annotations

from typing import Final

from positronic.api import models
from positronic.api.routing import Call, Executor, Query, Route
from positronic.roles import Role


async def _list_keys(call: Call) -> models.KeysOut:
    census = await call.session.rotation().census()
    pending = bool(call.session.service.settings.next_master_key)
    return models.keys_out(census, call.session.keyring, pending=pending)


async def _rotate(call: Call) -> models.StepOut:
    """Repeat with `cursor`, and from the beginning until `remaining` is 0."""
    session = call.session
    steps = [await session.rotation().step(call.query.get("cursor"))]
    if session.is_root and steps[0].cursor is None:
        # The directory has an audit key of its own, and is no project that a call can name.
        steps.append(await session.directory_rotation().step(None))
    return models.step_out(steps, session.keyring.newest)


_LEDGER: Final = Executor.LEDGER

_FROM: Final = (Query("cursor", {"type": "string", "description": "Of the previous step."}),)

ROUTES: Final = (
    Route("GET", "/keys", Role.ADMIN, _list_keys, "List the master keys in use, by id."),
    Route(
        "POST",
        "/keys/rotate",
        Role.ADMIN,
        _rotate,
        "Move some records to the key `newest`.",
        query=_FROM,
        executor=_LEDGER,
    ),
)
