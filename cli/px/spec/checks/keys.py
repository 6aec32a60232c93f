"""Master keys: which are in use, and moving a project to the newest."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from px.spec.answer import closed, demand, number, text
from px.spec.promises import Group
from px.spec.world import World

KEYS: Final = Group("keys")
KEPT: Final = ("name", "createdAt", "updatedAt")


@KEYS.full
async def used(world: World) -> None:
    """GET /keys says how much each key seals, what a provider keeps, and the newest key."""
    before = (await _newest(world))["secrets"]
    await world.store(world.name(), who=world.neighbour)

    async def counts() -> None:
        found = await _newest(world)
        demand(
            found["secrets"] > before,
            "a new secret is not counted, under the newest key or at a provider",
        )
        demand(found["held"] is True, "the server does not hold the newest key")

    await world.eventually(counts)


@KEYS.full
async def rotate(world: World) -> None:
    """POST /keys/rotate answers 200 with `resealed`, `newest`, and `remaining`: in the end 0."""
    name = world.name()
    written = (await world.store(name, who=world.neighbour)).object()
    path = "/keys/rotate"
    for _ in range(100):
        found = (await world.call("POST", path, who=world.neighbour)).expect(200)
        found.number("resealed")
        found.text("newest")
        if found.number("remaining") == 0:
            break
        cursor = found.object().get("cursor")
        path = "/keys/rotate" + (f"?cursor={quote(cursor)}" if isinstance(cursor, str) else "")
    demand(found.number("remaining") == 0, "`remaining` does not come down to 0")

    async def is_same() -> None:
        listed = await world.listed(who=world.neighbour)
        same = any(all(item.get(key) == written.get(key) for key in KEPT) for item in listed)
        demand(same, "a rotation changed a secret's dates")
        demand(await world.exists(name, world.neighbour), "a rotation lost a secret")

    await world.eventually(is_same)


async def _newest(world: World) -> dict[str, int]:
    found = (await world.call("GET", "/keys", who=world.neighbour)).expect(200)
    closed(found.object(), "keys newest pending atProvider", "the answer")
    newest, keys = found.text("newest"), {text(key, "id"): key for key in found.items("keys")}
    demand(newest in keys, "`newest` is not among `keys`")
    key = keys[newest]
    at_provider = found.number("atProvider") if "atProvider" in found.object() else 0
    secrets = number(key, "secrets") + at_provider
    return {"secrets": secrets, "tokens": number(key, "tokens"), "held": key["held"]}
