"""Which app may read which secrets over its binding. No check has a binding: only Workers do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from px.spec import contract
from px.spec.answer import Reply, closed, demand, text
from px.spec.caller import Who
from px.spec.promises import Group
from px.spec.world import World

GRANTS: Final = Group("grants")
FIELDS: Final = "as read createdAt updatedAt updatedBy"


async def _add(world: World, app: str, *names: str, who: Who | None = None) -> Reply:
    return await world.call("POST", "/grants", {"as": app, "read": list(names)}, who=who)


async def _granted(world: World, app: str, who: Who | None = None) -> list[object]:
    """What the list says that an app may read; empty if it is not listed."""
    items = await world.listed("/grants", "grants", who)
    mine = [item for item in items if item.get("as") == app]
    demand(len(mine) < 2, "GET /grants lists an app twice")
    read = mine[0].get("read") if mine else []
    return read if isinstance(read, list) else []


@GRANTS.full
async def answer(world: World) -> None:
    """POST /grants answers 201 with the grant, and with the names that are `missing`."""
    app, here, later = world.app(), world.name(), world.name()
    await world.store(here)
    found = (await _add(world, app, later, here)).expect(201).object()
    closed(found, f"{FIELDS} missing", "a grant")
    told = (found.get("as"), found.get("read"), found.get("missing"))
    demand(told == (app, sorted([here, later]), [later]), "the answer is not what was granted")
    for key in ("createdAt", "updatedAt"):
        demand(bool(contract.TIME.fullmatch(text(found, key))), f"`{key}` has another format")
    demand(isinstance(found.get("updatedBy"), dict), "the answer's `updatedBy` is missing")


@GRANTS.full
async def adds(world: World) -> None:
    """Names are added to those that the app could read before, and each is there once."""
    app, names = world.app(), sorted(world.name() for _ in range(3))
    first = (await _add(world, app, names[1])).succeeded("POST /grants")
    found = (await _add(world, app, names[2], names[0], names[1])).succeeded("POST /grants")
    demand(found.object().get("read") == names, "a grant is not what was granted in all")
    created = (first.text("createdAt"), found.text("createdAt"))
    demand(created[0] == created[1], "adding to a grant changed its `createdAt`")
    demand(await _granted(world, app) == names, "GET /grants does not list what was granted")


@GRANTS.full
async def listed(world: World) -> None:
    """GET /grants lists every app once, by name and over pages, with `count`."""
    apps, name = [world.app() for _ in range(3)], world.name()
    for app in reversed(apps):
        (await _add(world, app, name)).succeeded("POST /grants")
    found = (await world.call("GET", "/grants?limit=1000")).expect(200)
    demand(found.number("count") == len(found.items("grants")), "`count` is wrong")
    for item in found.items("grants"):
        closed(item, f"{FIELDS} unreadable", "a listed grant")
    mine = _of(apps, found.items("grants"))
    demand(mine == sorted(apps), "GET /grants does not list the apps by name")
    pages = await world.pages("/grants", "grants", 2)
    demand(all(len(page) <= 2 for page in pages), "a page has more items than `limit`")
    paged = _of(apps, [item for page in pages for item in page])
    demand(paged == mine, "the pages of GET /grants are not the whole list")


def _of(apps: Sequence[str], items: list[dict[str, Any]]) -> list[str]:
    return [text(item, "as") for item in items if item.get("as") in apps]


@GRANTS.full
async def removed(world: World) -> None:
    """DELETE /grants/AS answers 204: with `read` these names are gone, without it the grant is."""
    app, names = world.app(), sorted(world.name() for _ in range(4))
    (await _add(world, app, *names)).succeeded("POST /grants")
    (await world.call("DELETE", f"/grants/{app}?read={names[3]},{names[1]}")).expect(204)
    rest = [names[0], names[2]]
    demand(await _granted(world, app) == rest, "other names are granted than were left")
    (await world.call("DELETE", f"/grants/{app}")).expect(204)
    items = await world.listed("/grants", "grants")
    demand(not _of([app], items), "a grant that was removed is listed")


@GRANTS.full
async def emptied(world: World) -> None:
    """An app whose last name is removed has no grant any more."""
    app, name = world.app(), world.name()
    (await _add(world, app, name)).succeeded("POST /grants")
    (await world.call("DELETE", f"/grants/{app}?read={name}")).succeeded("DELETE /grants/AS")
    items = await world.listed("/grants", "grants")
    demand(not _of([app], items), "a grant of nothing is listed")


@GRANTS.full
async def unknown(world: World) -> None:
    """What is not granted cannot be removed: 404 not_found, and nothing else is removed."""
    app, name = world.app(), world.name()
    nobody = await world.call("DELETE", f"/grants/{app}")
    nobody.refused("not_found", "the removal of a grant that is not there")
    (await _add(world, app, name)).succeeded("POST /grants")
    found = await world.call("DELETE", f"/grants/{app}?read={name},{world.name()}")
    found.refused("not_found", "the removal of a name that is not granted")
    demand(await _granted(world, app) == [name], "a refused removal removed something")


@GRANTS.full
async def form(world: World) -> None:
    """An `as` or a name that is malformed is refused, and nothing is granted."""
    app, name = world.app(), world.name()
    for wrong in ("", "Checkout", "1a", "-a", "a b", "a" * 65, "a/b"):
        found = await _add(world, wrong, name)
        found.refused("invalid_name", "a malformed `as`")
    for names in (["1-bad"], [name, ""]):
        found = await _add(world, app, *names)
        found.refused("invalid_name", "a malformed name in `read`")
    (await _add(world, app, "POSITRONIC_SPEC")).refused(
        "reserved_name", "a reserved name in `read`"
    )
    for sent in ({"as": app}, {"as": app, "read": []}, {"as": app, "read": name}, {"read": [name]}):
        found = await world.call("POST", "/grants", sent)
        found.refused("invalid_request", "a malformed grant")
    many = await _add(world, app, *(f"{name}_{number}" for number in range(501)))
    many.refused("too_large", "a grant of 501 names")
    demand(await _granted(world, app) == [], "a refused grant granted something")


@GRANTS.full
async def apart(world: World) -> None:
    """A project has its own grants, and the same app may have others in another project."""
    app, here, there = world.app(), world.name(), world.name()
    (await _add(world, app, here)).succeeded("POST /grants")
    demand(await _granted(world, app, world.neighbour) == [], "a grant is listed elsewhere")
    (await _add(world, app, there, who=world.neighbour)).succeeded("POST /grants")
    found = await world.call("DELETE", f"/grants/{app}", who=world.neighbour)
    found.succeeded("DELETE /grants/AS")
    demand(await _granted(world, app) == [here], "a removal elsewhere removed a grant")


@GRANTS.full
async def recorded(world: World) -> None:
    """Granting and taking back are events that name the secrets, and in `details` the app."""
    app, name = world.app(), world.name()
    (await _add(world, app, name)).succeeded("POST /grants")
    (await world.call("DELETE", f"/grants/{app}")).succeeded("DELETE /grants/AS")
    for action in ("grant.add", "grant.remove"):
        found = await world.call("GET", f"/audit?action={action}&name={name}")
        events = found.succeeded("GET /audit").items("events")
        said = [(event.get("names"), event.get("details")) for event in events]
        demand(said == [([name], {"as": app})], f"`{action}` is not recorded")
