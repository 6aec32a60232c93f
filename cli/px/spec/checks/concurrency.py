"""Concurrent requests."""

from __future__ import annotations

import asyncio
from typing import Final

from px.spec.answer import demand
from px.spec.promises import Group
from px.spec.world import World

CONCURRENCY: Final = Group("concurrency")
AT_ONCE: Final = 8


@CONCURRENCY.full
async def names(world: World) -> None:
    """No secret is lost when several are created at the same time."""
    mine = [world.name() for _ in range(AT_ONCE)]
    await asyncio.gather(*(world.store(name) for name in mine))

    async def all_listed() -> None:
        demand(set(mine) <= set(await world.names()), "one of several secrets was lost")

    await world.eventually(all_listed)


@CONCURRENCY.full
async def one_name(world: World) -> None:
    """Concurrent writers of one name get the same creation date."""
    name = world.name()
    answers = await asyncio.gather(*(world.store(name) for _ in range(AT_ONCE)))
    dates = {found.text("createdAt") for found in answers}
    demand(len(dates) == 1, "one secret was created several times")
