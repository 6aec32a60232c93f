"""GET /secrets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from px.spec import contract
from px.spec.answer import closed, demand, text
from px.spec.promises import Group
from px.spec.world import World

LIST: Final = Group("secrets.list")


@LIST.seed
async def answer(world: World) -> None:
    """GET /secrets answers 200 with `secrets`, each with name and two dates, and their `count`."""
    await world.store(world.name())
    found = (await world.call("GET", "/secrets")).expect(200)
    items = found.items("secrets")
    demand(found.number("count") == len(items), "`count` is not the number of `secrets`")
    for item in items:
        for key in ("name", "createdAt", "updatedAt"):
            text(item, key)


@LIST.seed
async def no_value(world: World) -> None:
    """GET /secrets shows no value, neither in the body nor in a header."""
    value = world.value()
    await world.store(world.name(), value)
    found = await world.call("GET", "/secrets")
    demand(not found.shows([value]), "the list shows a value")
    items = found.succeeded("GET /secrets").items("secrets")
    demand(not any("value" in item for item in items), "a listed secret has a `value`")


@LIST.full
async def fields(world: World) -> None:
    """GET /secrets and its items have only the contract's fields."""
    await world.store(world.name())
    found = (await world.call("GET", "/secrets")).succeeded("GET /secrets")
    closed(found.object(), "secrets count cursor", "the list")
    for item in found.items("secrets"):
        closed(item, contract.LISTED, "a listed secret")


@LIST.seed
async def holds(world: World) -> None:
    """GET /secrets has each stored secret once, with the dates of its last POST answer."""
    name = world.name()
    await world.tick((await world.store(name)).text("createdAt"))
    last = (await world.store(name)).object()

    async def is_listed() -> None:
        found = [item for item in await world.listed() if item.get("name") == name]
        demand(len(found) == 1, f"a stored secret is listed {len(found)} times")
        same = all(found[0].get(key) == last.get(key) for key in ("createdAt", "updatedAt"))
        demand(same, "the list gives other dates than POST /secrets")

    await world.eventually(is_listed)


@LIST.full
async def order(world: World) -> None:
    """Names are in code-point order: upper case, underscore, lower case."""
    start = world.name()
    mine = [start + end for end in ("a", "_", "B", "10", "9")]
    await _stored(world, mine)

    async def is_sorted() -> None:
        found = [name for name in await world.names() if name in mine]
        demand(found == sorted(mine), "the names are in the wrong order")

    await world.eventually(is_sorted)


@LIST.full
async def paging(world: World) -> None:
    """Pages have at most `limit` items, and following `cursor` gives every name once."""
    start = world.name()
    mine = [f"{start}{end}" for end in "ABCDEF"]
    await _stored(world, mine)
    limit = max(1, len(await world.names()) // 3)

    async def are_whole() -> None:
        pages = await world.pages("/secrets", "secrets", limit)
        demand(all(len(page) <= limit for page in pages), "a page is larger than `limit`")
        found = [text(item, "name") for page in pages for item in page]
        demand([name for name in found if name in mine] == mine, "a name is missing or repeated")

    await world.eventually(are_whole)


@LIST.full
async def limit(world: World) -> None:
    """A `limit` that is not a number from 1 to 1,000 is refused as invalid_request."""
    for wrong in ("0", "-1", str(contract.MAX_LIST + 1), "1.5", "ten", "", "\u0663"):
        found = await world.call("GET", f"/secrets?limit={quote(wrong)}")
        found.refused("invalid_request", "an invalid `limit`")


@LIST.full
async def cursor(world: World) -> None:
    """A made-up `cursor` is refused as invalid_request, or shows nothing foreign."""
    for made_up in ("x", "%00", "SPEC", "~" * 500):
        found = await world.call("GET", f"/secrets?cursor={made_up}")
        if found.status != 200:
            found.refused("invalid_request", "a made-up `cursor`")


async def _stored(world: World, names: Sequence[str]) -> None:
    entries = [(name, world.value()) for name in names]
    (await world.bulk(entries)).succeeded("POST /secrets/bulk")
