"""POST /secrets/bulk: everything is checked before anything is written."""

from __future__ import annotations

from typing import Final

from px.spec.answer import Reply, closed, demand
from px.spec.promises import Group
from px.spec.world import World

BULK: Final = Group("secrets.bulk")

Entry = tuple[str, str]


@BULK.seed
async def answer(world: World) -> None:
    """POST /secrets/bulk answers 201, and `created` and `updated` add up to the entries."""
    found = (await world.bulk(_new(world, 3))).expect(201)
    total = found.number("created") + found.number("updated")
    demand(total == 3, "`created` and `updated` do not add up to the number of entries")


@BULK.full
async def fields(world: World) -> None:
    """POST /secrets/bulk answers with only `created` and `updated`."""
    found = (await world.bulk(_new(world, 1))).succeeded("POST /secrets/bulk")
    closed(found.object(), "created updated", "the answer")


@BULK.full
async def counts(world: World) -> None:
    """`created` counts the new names, `updated` the existing ones."""
    old, new = _new(world, 1), _new(world, 2)
    await _stored(world, old)
    found = (await world.bulk(old + new)).succeeded("POST /secrets/bulk")
    split = (found.number("created"), found.number("updated"))
    demand(split == (2, 1), "two new names and an existing one are counted wrong")


@BULK.seed
async def stored(world: World) -> None:
    """After a bulk request, every entry exists."""
    await _stored(world, _new(world, 8))


@BULK.full
async def update(world: World) -> None:
    """A bulk request keeps the createdAt of existing secrets."""
    name = world.name()
    before = (await world.store(name)).text("createdAt")
    await world.tick(before)
    await _stored(world, [(name, world.value())])

    async def is_kept() -> None:
        dates = [item.get("createdAt") for item in await world.listed() if item["name"] == name]
        demand(dates == [before], "a bulk request changed a `createdAt`")

    await world.eventually(is_kept)


@BULK.full
async def whole(world: World) -> None:
    """If one entry is invalid, nothing is written."""
    good = _new(world, 2)
    wrong = {"a bad name": ("1-bad", "x"), "an empty value": (world.name(), "")}
    for what, bad in wrong.items():
        found = await world.bulk([good[0], bad, good[1]])
        demand(400 <= found.status < 500, f"a bulk with {what} was answered {found.described()}")
    for name, _ in good:
        demand(not await world.exists(name), "a refused bulk request wrote an entry")


@BULK.full
async def details(world: World) -> None:
    """Every invalid entry is reported with index, code and, if valid, its name."""
    good, name = _new(world, 1)[0], world.name()
    bad = [("1-bad", world.value()), (name, ""), ("POSITRONIC_SPEC", world.value())]
    found = await world.bulk([bad[0], good, *bad[1:]])
    found.refused("invalid_request", "a bulk request with three kinds of bad entries")
    wanted = {(0, "invalid_name", None), (2, "invalid_value", name), (3, "reserved_name", None)}
    demand(_faults(found) == wanted, "`details` do not name exactly the bad entries")


@BULK.full
async def code(world: World) -> None:
    """If all invalid entries have the same code, the error has it too."""
    value = world.value()
    found = await world.bulk([("1-bad", value), ("2-bad", value)])
    found.refused("invalid_name", "a bulk request with only bad names")


@BULK.full
async def duplicates(world: World) -> None:
    """A repeated name is refused as duplicate_name."""
    name = world.name()
    found = await world.bulk([(name, world.value()), (name, world.value())])
    found.refused("duplicate_name", "a bulk request that names a secret twice")


@BULK.full
async def empty(world: World) -> None:
    """A bulk request without entries is refused as invalid_request."""
    (await world.bulk([])).refused("invalid_request", "an empty bulk request")


def _new(world: World, count: int) -> list[Entry]:
    return [(world.name(), world.value()) for _ in range(count)]


async def _stored(world: World, entries: list[Entry]) -> None:
    (await world.bulk(entries)).succeeded("POST /secrets/bulk")

    async def all_exist() -> None:
        for name, _ in entries:
            demand(await world.exists(name), "an entry of a bulk request does not exist afterwards")

    await world.eventually(all_exist)


def _faults(answer: Reply) -> set[tuple[object, object, object]]:
    return {
        (item.get("index"), item.get("code"), item.get("name")) for item in answer.items("details")
    }
