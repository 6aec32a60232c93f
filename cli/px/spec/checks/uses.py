"""Who read a secret, and what nobody read. No check can read a value: only brains do."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from px.spec.answer import closed, demand, text
from px.spec.promises import Group
from px.spec.world import World

USES: Final = Group("secrets.uses")

_TEN_YEARS: Final = 10 * 366 * 24 * 3600


@USES.full
async def answer(world: World) -> None:
    """GET /secrets/NAME/uses answers 200 with `uses`, their `count` and perhaps `countedSince`."""
    name = world.name()
    await world.store(name)
    found = (await world.call("GET", f"/secrets/{name}/uses")).expect(200)
    demand(found.number("count") == len(found.items("uses")), "`count` is not the number of `uses`")
    closed(found.object(), "uses count countedSince cursor", "the answer")


@USES.full
async def no_read(world: World) -> None:
    """Writing a secret, listing it and asking whether it exists is no use and no `lastReadAt`."""
    name = world.name()
    await world.store(name)
    await world.store(name)
    demand(await world.exists(name), "a stored secret does not exist")
    listed = [item for item in await world.listed() if item.get("name") == name]
    found = (await world.call("GET", f"/secrets/{name}/uses")).succeeded("GET /secrets/NAME/uses")
    demand(found.items("uses") == [], "a secret that no brain read has uses")
    demand(all("lastReadAt" not in item for item in listed), "it has a `lastReadAt`")


@USES.full
async def deleted(world: World) -> None:
    """The uses of a deleted secret can still be asked for."""
    name = world.name()
    await world.store(name)
    (await world.delete(name)).succeeded("DELETE /secrets/NAME")
    (await world.call("GET", f"/secrets/{name}/uses?version=1")).expect(200)


@USES.full
async def unknown(world: World) -> None:
    """The uses of a name that was never used are answered 404 not_found."""
    found = await world.call("GET", f"/secrets/{world.name()}/uses")
    found.refused("not_found", "the uses of a new name")


@USES.full
async def version(world: World) -> None:
    """A `version` that is not a number from 1 is refused as invalid_request."""
    name = world.name()
    await world.store(name)
    for wrong in ("0", "-1", "1.5", "one", "", "9" * 30):
        found = await world.call("GET", f"/secrets/{name}/uses?version={quote(wrong)}")
        found.refused("invalid_request", "an invalid `version`")


@USES.full
async def unused(world: World) -> None:
    """GET /secrets?unusedFor= lists nothing that was created since then, and says if `complete`."""
    name = world.name()
    await world.store(name)
    found = (await world.call("GET", "/secrets?unusedFor=86400")).succeeded("GET /secrets")
    demand(type(found.object().get("complete")) is bool, "`complete` is missing")
    closed(found.object(), "secrets count cursor countedSince complete", "the answer")
    names: list[str] = []
    while True:
        names += [text(item, "name") for item in found.items("secrets")]
        if "cursor" not in found.object():
            break
        path = f"/secrets?unusedFor=86400&cursor={quote(found.text('cursor'))}"
        found = (await world.call("GET", path)).succeeded("GET /secrets")
    demand(name not in names, "a secret that was just created is listed as unused for a day")


@USES.full
async def span(world: World) -> None:
    """An `unusedFor` that is not a number of seconds, from 60 to five years, is invalid_request."""
    for wrong in ("0", "59", "-60", "60.5", "90d", "", str(_TEN_YEARS)):
        found = await world.call("GET", f"/secrets?unusedFor={quote(wrong)}")
        found.refused("invalid_request", "an invalid `unusedFor`")
