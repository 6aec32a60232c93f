"""Versions: kept, listed, rolled back to, restored, destroyed; and writes that expect one."""

from __future__ import annotations

from typing import Any, Final

from px.spec.answer import Reply, closed, demand
from px.spec.caller import Who
from px.spec.promises import Group
from px.spec.world import World

VERSIONS: Final = Group("secrets.versions")

_STATES: Final = ("current", "previous", "deleted", "destroyed")


@VERSIONS.full
async def history(world: World) -> None:
    """GET /secrets/NAME/versions lists each version once, newest first, with state and author."""
    name = await _written(world, 2)
    found = await _history(world, name)
    demand(found.number("count") == 2, "`count` is not the number of `versions`")
    closed(found.object(), "versions count keptUntil", "the answer")
    for item in found.items("versions"):
        closed(item, "version state createdAt by restoredFrom", "a version")
        demand(item.get("state") in _STATES, "a version has another state")
        demand(isinstance(item.get("by"), dict), "a version does not say who wrote it")
    demand(_lines(found) == [(2, "current"), (1, "previous")], "the history is another one")


@VERSIONS.full
async def no_value(world: World) -> None:
    """A history shows no value."""
    name, value = world.name(), world.value()
    await world.store(name, value)
    await world.store(name)
    demand(not (await _history(world, name)).shows([value]), "the history shows a value")


@VERSIONS.full
async def unknown(world: World) -> None:
    """The versions of a name that was never used are answered 404 not_found."""
    found = await world.call("GET", f"/secrets/{world.name()}/versions")
    found.refused("not_found", "the versions of a new name")


@VERSIONS.full
async def numbers(world: World) -> None:
    """Version numbers continue across deletion, restoration, rollback and creation."""
    name = await _written(world, 1)
    await world.delete(name)
    found = [await world.call("POST", f"/secrets/{name}/restore"), await _rollback(world, name, 1)]
    await world.delete(name)
    found.append(await world.put(name))
    given = [one.succeeded("a change of a secret").number("version") for one in found]
    demand(given == [2, 3, 4], "a version number was used twice, or left out")


@VERSIONS.full
async def rollback(world: World) -> None:
    """A rollback is a new version that says where it is from; 404 if there is no such version."""
    name = await _written(world, 2)
    found = (await _rollback(world, name, 1)).expect(201)
    demand(found.number("restoredFrom") == 1, "a rollback does not say where it is from")
    lines = _lines(await _history(world, name))
    demand(lines == [(3, "current"), (2, "previous"), (1, "previous")], "it is no new version")
    (await _rollback(world, name, 9)).refused("not_found", "a rollback to a version never written")
    (await _rollback(world, world.name(), 1)).refused("not_found", "a rollback of a new name")


@VERSIONS.full
async def restore(world: World) -> None:
    """A deleted secret exists again after it is restored; a live one is a conflict."""
    name = await _written(world, 1)
    path = f"/secrets/{name}/restore"
    (await world.call("POST", path)).refused("conflict", "restoring what is not deleted")
    await world.delete(name)
    demand(not await world.exists(name), "a deleted secret still exists")
    demand(_lines(await _history(world, name)) == [(1, "deleted")], "its history is another one")
    (await world.call("POST", path)).expect(201)
    demand(await world.exists(name), "a restored secret does not exist")


@VERSIONS.full
async def deleted(world: World) -> None:
    """GET /secrets?deleted=true lists what can be restored, and until when; no live secret."""
    name, live = await _written(world, 1), await _written(world, 1)
    await world.delete(name)
    found = (await world.call("GET", "/secrets?deleted=true")).succeeded("GET /secrets")
    kept = {item.get("name"): item.get("keptUntil") for item in found.items("secrets")}
    demand(bool(kept.get(name)), "a deleted secret is missing, or does not say until when")
    demand(live not in kept, "a live secret is listed as deleted")


@VERSIONS.full
async def expected(world: World) -> None:
    """`ifVersion` writes over that version only, 0 only a new name; 412 says the current one."""
    name = await _written(world, 2)
    for wrong in (0, 1, 3):
        found = await _expecting(world, name, wrong)
        found.refused("version_mismatch", "a write over another version")
        demand(found.number("currentVersion") == 2, "the current version is another one")
    rolled = await world.call("POST", f"/secrets/{name}/rollback", {"to": 1, "ifVersion": 1})
    rolled.refused("version_mismatch", "a rollback from another version")
    right = (await _expecting(world, name, 2)).expect(201)
    demand(right.number("version") == 3, "the next version is another one")
    new = world.name()
    (await _expecting(world, new, 1)).refused("version_mismatch", "a write over no version")
    (await _expecting(world, new, 0)).expect(201)


@VERSIONS.full
async def expected_bulk(world: World) -> None:
    """A bulk with one entry of another version writes nothing, and names that entry."""
    name, new = await _written(world, 1), world.name()
    entries = [
        {"name": new, "value": world.value(), "ifVersion": 0},
        {"name": name, "value": world.value(), "ifVersion": 7},
    ]
    found = await world.call("POST", "/secrets/bulk", {"secrets": entries})
    found.refused("version_mismatch", "a bulk over another version")
    told = [(one.get("index"), one.get("currentVersion")) for one in found.items("details")]
    demand(told == [(1, 1)], "`details` do not name exactly the entry with another version")
    demand(not await world.exists(new), "a refused bulk request wrote an entry")


@VERSIONS.full
async def destroyed(world: World) -> None:
    """A destroyed version stays listed, and cannot come back; the current one is refused."""
    name = await _written(world, 2)
    path = f"/secrets/{name}/versions"
    (await world.call("DELETE", f"{path}/2")).refused("conflict", "destroying what is current")
    (await world.call("DELETE", f"{path}/9")).refused("not_found", "destroying no version")
    (await world.call("DELETE", f"{path}/1")).expect(204)
    lines = _lines(await _history(world, name))
    demand(lines == [(2, "current"), (1, "destroyed")], "the history is another one")
    (await _rollback(world, name, 1)).refused("conflict", "a rollback to a destroyed version")


@VERSIONS.full
async def destroyed_secret(world: World) -> None:
    """A destroyed secret does not exist and cannot be restored; destroying is for admins."""
    name = await _written(world, 1)
    writer = Who((await world.issue("writer")).token)
    path = f"/secrets/{name}?destroy=true"
    refused = await world.call("DELETE", path, who=writer)
    refused.refused("forbidden", "a writer who destroys a secret")
    demand(await world.exists(name), "a refused call destroyed a secret")
    (await world.call("DELETE", path)).expect(204)
    demand(not await world.exists(name), "a destroyed secret exists")
    found = await world.call("POST", f"/secrets/{name}/restore")
    found.refused("conflict", "restoring a destroyed secret")


async def _written(world: World, times: int) -> str:
    """A new name that was written so often."""
    name = world.name()
    for _ in range(times):
        await world.store(name)
    return name


async def _history(world: World, name: str) -> Reply:
    found = await world.call("GET", f"/secrets/{name}/versions")
    return found.succeeded("GET /secrets/NAME/versions")


async def _rollback(world: World, name: str, to: int) -> Reply:
    return await world.call("POST", f"/secrets/{name}/rollback", {"to": to})


async def _expecting(world: World, name: str, version: int) -> Reply:
    sent = {"name": name, "value": world.value(), "ifVersion": version}
    return await world.call("POST", "/secrets", sent)


def _lines(found: Reply) -> list[tuple[Any, Any]]:
    return [(one.get("version"), one.get("state")) for one in found.items("versions")]
