"""Requests that are safe to repeat, since an answer can get lost."""

from __future__ import annotations

from typing import Final

from px.spec.answer import demand
from px.spec.promises import Group
from px.spec.world import World

IDEMPOTENCE: Final = Group("idempotence")


@IDEMPOTENCE.full
async def create(world: World) -> None:
    """Repeating a POST /secrets succeeds."""
    name, value = world.name(), world.value()
    for _ in range(3):
        await world.store(name, value)


@IDEMPOTENCE.full
async def bulk(world: World) -> None:
    """Repeating a bulk request succeeds, and counts every entry as updated."""
    entries = [(world.name(), world.value()) for _ in range(3)]
    (await world.bulk(entries)).succeeded("a bulk request")

    async def finds_all() -> None:
        found = (await world.bulk(entries)).succeeded("the same bulk request again")
        split = (found.number("created"), found.number("updated"))
        demand(split == (0, 3), "the same bulk request again did not find all its names")

    await world.eventually(finds_all)


@IDEMPOTENCE.full
async def reading(world: World) -> None:
    """Reading changes nothing: the list and the audit log stay the same."""
    name = world.name()
    await world.store(name)

    async def listed() -> list[object]:
        return [item for item in await world.listed() if item.get("name") == name]

    async def same_twice() -> None:
        first = await listed()
        await world.exists(name)
        demand(bool(first) and await listed() == first, "reading changed what is read")

    await world.eventually(same_twice)
