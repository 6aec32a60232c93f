"""Names of secrets."""

from __future__ import annotations

from typing import Final

from px.spec import contract
from px.spec.answer import demand
from px.spec.promises import Group
from px.spec.world import World

NAMES: Final = Group("names")


@NAMES.full
async def accepted(world: World) -> None:
    """A name has 1 to 128 letters, digits and underscores, and does not start with a digit."""
    longest = world.name().ljust(contract.MAX_NAME, "N")
    for name in ("a", "_", "Z9", "lower_case", "__", "positronic_x", longest):
        await world.store(name, who=world.neighbour)

    async def all_exist() -> None:
        for name in ("a", "_", longest):
            demand(await world.exists(name, world.neighbour), "a stored secret does not exist")

    await world.eventually(all_exist)


@NAMES.full
async def refused(world: World) -> None:
    """Creating, deleting or looking up any other name is invalid_name."""
    start = world.name()
    for end in ("-", ".", " ", "\n", "\0", "/", "\u00e9", "\uff21", "\u0663"):
        await _refused(world, start + end)
    for name in ("1A", "-", "\u0410", start.ljust(contract.MAX_NAME + 1, "N")):
        await _refused(world, name)
    (await world.put("", who=world.neighbour)).refused("invalid_name", "an empty name")


@NAMES.full
async def reserved(world: World) -> None:
    """Names under POSITRONIC_ are refused as reserved_name."""
    for name in ("POSITRONIC_", "POSITRONIC_SPEC"):
        (await world.put(name)).refused("reserved_name", "a reserved name")
    found = await world.delete("POSITRONIC_SPEC")
    found.refused("reserved_name", "deleting a reserved name")


@NAMES.full
async def case(world: World) -> None:
    """Names that differ only in case are different secrets."""
    name = world.name("_a")
    await world.store(name)
    demand(not await world.exists(name.upper()), "a different spelling of the name also exists")


@NAMES.full
async def encoded(world: World) -> None:
    """A percent-encoded name in a path is the same name."""
    name = world.name()
    await world.store(name)
    spelling = f"%{ord(name[0]):X}{name[1:]}"

    async def exists() -> None:
        found = await world.call("GET", f"/secrets/{spelling}/exists")
        demand(found.expect(200).object().get("exists") is True, "the encoded name is not found")

    await world.eventually(exists)


@NAMES.full
async def bulk(world: World) -> None:
    """A secret may be called `bulk`, although the word is part of a path."""
    await world.store("bulk", who=world.neighbour)
    await world.eventually(lambda: _exists(world))
    (await world.delete("bulk", world.neighbour)).succeeded("DELETE /secrets/bulk")


async def _exists(world: World) -> None:
    demand(await world.exists("bulk", world.neighbour), "a secret called `bulk` does not exist")


async def _refused(world: World, name: str) -> None:
    who = world.neighbour
    (await world.put(name, who=who)).refused("invalid_name", "creating a bad name")
    (await world.delete(name, who)).refused("invalid_name", "deleting a bad name")
    (await world.ask(name, who)).refused("invalid_name", "asking for a bad name")
