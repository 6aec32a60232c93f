"""The headers of every answer."""

from __future__ import annotations

from typing import Final

from px.spec.answer import Reply, demand
from px.spec.promises import Group
from px.spec.world import World

HEADERS: Final = Group("headers")


@HEADERS.full
async def no_store(world: World) -> None:
    """Every answer has Cache-Control: no-store."""
    for found in await _answers(world):
        policy = found.headers.get("cache-control", "").lower()
        demand("no-store" in policy, f"{found.status} came without Cache-Control: no-store")


@HEADERS.full
async def nosniff(world: World) -> None:
    """Every answer has X-Content-Type-Options: nosniff."""
    for found in await _answers(world):
        option = found.headers.get("x-content-type-options", "")
        demand(option.lower() == "nosniff", f"{found.status} came without nosniff")


@HEADERS.full
async def request_id(world: World) -> None:
    """Every answer has a unique X-Request-Id."""
    ids = [found.headers.get("x-request-id", "") for found in await _answers(world)]
    demand(all(ids), "an answer came without X-Request-Id")
    demand(len(set(ids)) == len(ids), "two answers have the same X-Request-Id")


@HEADERS.full
async def content_type(world: World) -> None:
    """An answer with a body is application/json."""
    for found in await _answers(world):
        kind = found.headers.get("content-type", "").partition(";")[0].strip()
        right = kind == ("application/json" if found.body else "")
        demand(right, f"{found.status} came with the wrong Content-Type")


async def _answers(world: World) -> list[Reply]:
    """Answers with 200 (twice), 201, 204, 400, 401 and 404."""
    name = world.name()
    return [
        await world.call("GET", "/status"),
        await world.call("GET", "/secrets?limit=1"),
        await world.put(name),
        await world.delete(name),
        await world.put("1-bad"),
        await world.call("GET", "/secrets", who=world.nobody),
        await world.delete(world.name()),
    ]
