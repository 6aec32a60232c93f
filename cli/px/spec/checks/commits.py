"""A change is one commit: whole or not at all, and what every call after its answer sees."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Final

from px.spec.answer import Reply, demand
from px.spec.caller import Who
from px.spec.promises import Group
from px.spec.world import World

COMMITS: Final = Group("commits")
ROUNDS: Final = 12
ENTRIES: Final = 12
AT_ONCE: Final = 4


@COMMITS.full
async def rivals(world: World) -> None:
    """Of bulk requests with the same new names at the same time, one creates all of them."""
    names = [world.name() for _ in range(ENTRIES)]
    bulks = (world.bulk([(name, world.value()) for name in names]) for _ in range(AT_ONCE))
    answers = [answer.succeeded("a bulk request") for answer in await asyncio.gather(*bulks)]
    created = sorted(answer.number("created") for answer in answers)
    whole = [*(0 for _ in answers[1:]), ENTRIES]
    demand(created == whole, "bulk requests at the same time were made in parts")


@COMMITS.full
async def bulks(world: World) -> None:
    """While bulk requests are being made, a list shows all names of each of them, or none."""
    batches = [[world.name() for _ in range(ENTRIES)] for _ in range(AT_ONCE)]
    entries = ([(name, world.value()) for name in names] for names in batches)
    writing = asyncio.gather(*(world.bulk(each) for each in entries))
    seen: list[Reply] = []
    while not writing.done():
        seen.append(await world.call("GET", "/secrets?limit=1000"))
    for answer in await writing:
        answer.succeeded("a bulk request")
    for page in seen:
        if "cursor" in page.succeeded("GET /secrets").object():
            continue  # the names may be on several pages, which are not of one moment
        listed = {item.get("name") for item in page.items("secrets")}
        parts = [len(listed.intersection(names)) for names in batches]
        demand(set(parts) <= {0, ENTRIES}, "a list shows a part of a bulk request")


@COMMITS.full
async def exists(world: World) -> None:
    """GET /secrets/NAME/exists is right as soon as a change was answered, 24 changes in turn."""
    name = world.name()
    for _ in range(ROUNDS):
        await world.store(name)
        demand(await world.exists(name), "a secret does not exist right after it was written")
        (await world.delete(name)).succeeded("DELETE /secrets/NAME")
        demand(not await world.exists(name), "a secret exists right after it was deleted")


@COMMITS.full
async def listed(world: World) -> None:
    """GET /secrets is right as soon as a change was answered, 24 changes in turn."""
    name = world.name()
    for _ in range(ROUNDS):
        date = (await world.store(name)).text("updatedAt")
        demand(await _dates(world, name) == [date], "a list is older than the last change")
        (await world.delete(name)).succeeded("DELETE /secrets/NAME")
        demand(await _dates(world, name) == [], "a list shows a secret right after its deletion")


@COMMITS.full
async def revoked(world: World) -> None:
    """A token that is revoked while its bulk request is being sent is refused: nothing changes."""
    issued, name = await world.issue("writer"), world.name()
    date = (await world.store(name)).text("updatedAt")
    await world.tick(date)
    body = json.dumps({"secrets": [{"name": name, "value": world.value()}]}).encode()

    async def halves() -> AsyncIterator[bytes]:
        yield body[:20]
        (await world.call("DELETE", f"/tokens/{issued.id}")).succeeded("DELETE /tokens/ID")
        yield body[20:]

    found = await world.call("POST", "/secrets/bulk", body=halves(), who=Who(issued.token))
    found.refused("unauthenticated", "a token revoked while its request was being sent")
    demand(await _dates(world, name) == [date], "a revoked token changed a secret")


async def _dates(world: World, name: str) -> list[object]:
    """The updatedAt of this name, wherever it is listed."""
    return [item.get("updatedAt") for item in await world.listed() if item.get("name") == name]
