"""One secret: create, update, look up, delete."""

from __future__ import annotations

from typing import Final

from px.spec import contract
from px.spec.answer import closed, demand
from px.spec.promises import Group
from px.spec.world import World

CREATE: Final = Group("secrets.create")
EXISTS: Final = Group("secrets.exists")
DELETE: Final = Group("secrets.delete")


@CREATE.seed
async def answer(world: World) -> None:
    """POST /secrets answers 201 with the secret's name and both dates."""
    name = world.name()
    found = (await world.put(name)).expect(201)
    demand(found.text("name") == name, "the answer names another secret")
    found.text("createdAt")
    found.text("updatedAt")


@CREATE.full
async def fields(world: World) -> None:
    """POST /secrets answers with only the contract's fields."""
    found = await world.store(world.name())
    closed(found.object(), contract.ANSWERED, "the answer")


@CREATE.full
async def dates(world: World) -> None:
    """Dates are ISO 8601 in UTC with milliseconds, and both dates of a new secret are equal."""
    found = await world.store(world.name())
    for key in ("createdAt", "updatedAt"):
        demand(bool(contract.TIME.fullmatch(found.text(key))), f"`{key}` has another format")
    demand(found.text("createdAt") == found.text("updatedAt"), "the dates of a new secret differ")


@CREATE.seed
async def update(world: World) -> None:
    """A second POST of a name keeps createdAt and advances updatedAt."""
    name = world.name()
    first = await world.store(name)
    await world.tick(first.text("createdAt"))

    async def updated() -> None:
        second = await world.store(name)
        demand(second.text("createdAt") == first.text("createdAt"), "`createdAt` changed")
        demand(second.text("updatedAt") > first.text("updatedAt"), "`updatedAt` did not change")

    await world.eventually(updated)


@EXISTS.seed
async def right(world: World) -> None:
    """GET /secrets/NAME/exists answers 200 {"exists": true} if it is stored, otherwise false."""
    stored, missing = world.name(), world.name()
    await world.store(stored)

    async def says(name: str, exists: bool) -> None:
        found = (await world.ask(name)).expect(200).object().get("exists")
        demand(found is exists, f"`exists` is not {str(exists).lower()}")

    await world.eventually(lambda: says(stored, True))
    await says(missing, False)


@EXISTS.full
async def opens(world: World) -> None:
    """`opens` is true or missing for a stored secret, and missing for one that is not there."""
    name = world.name()
    await world.store(name)
    found = (await world.ask(name)).expect(200).object()
    closed(found, "exists opens", "the answer")
    demand(found.get("opens", True) is True, "`opens` is something else than true")
    (await world.delete(name)).succeeded("DELETE /secrets/NAME")
    for one in (name, world.name()):
        found = (await world.ask(one)).expect(200).object()
        demand("opens" not in found, "a secret that is not there has `opens`")


@DELETE.seed
async def gone(world: World) -> None:
    """DELETE /secrets/NAME answers 204 without a body, and the secret no longer exists."""
    name = world.name()
    await world.store(name)
    demand((await world.delete(name)).expect(204).body == b"", "204 came with a body")

    async def is_gone() -> None:
        demand(not await world.exists(name), "a deleted secret exists")
        demand(name not in await world.names(), "a deleted secret is listed")

    await world.eventually(is_gone)


@DELETE.full
async def missing(world: World) -> None:
    """Deleting a missing secret answers 404 not_found."""
    (await world.delete(world.name())).refused("not_found", "deleting a missing secret")


@DELETE.full
async def listed(world: World) -> None:
    """DELETE /secrets?name=NAME deletes an entry as the path does."""
    name = world.name()
    await world.store(name)
    (await world.call("DELETE", f"/secrets?name={name}")).expect(204)
    demand(not await world.exists(name), "an entry that was deleted by `name` exists")
    found = await world.call("DELETE", f"/secrets?name={name}")
    found.refused("not_found", "deleting a missing entry by `name`")


@DELETE.full
async def bulk(world: World) -> None:
    """A secret may be named `bulk`: its policy can be changed, and it can be deleted."""
    await world.store("bulk", who=world.neighbour)
    changed = await world.call("PATCH", "/secrets/bulk", {"note": "a note"}, who=world.neighbour)
    changed.expect(200)
    kept = await world.call("GET", "/secrets/bulk/policy", who=world.neighbour)
    demand(kept.text("note") == "a note", "the policy of a secret named `bulk` was not changed")
    (await world.delete("bulk", world.neighbour)).expect(204)
    demand(not await world.exists("bulk", world.neighbour), "a deleted secret `bulk` exists")


@DELETE.full
async def forgotten(world: World) -> None:
    """A secret that is deleted and created again has new dates."""
    name = world.name()
    first = (await world.store(name)).text("createdAt")
    await world.tick(first)

    async def is_new() -> None:
        (await world.delete(name)).succeeded("DELETE /secrets/NAME")
        again = (await world.store(name)).text("createdAt")
        demand(again > first, "`createdAt` is older than the deletion")

    await world.eventually(is_new)
