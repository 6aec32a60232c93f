"""A secret's policy, what is due, and what an expired secret refuses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

from px.spec.answer import Reply, closed, demand, text
from px.spec.promises import Group
from px.spec.world import World

POLICIES: Final = Group("policies")
FIELDS: Final = "name version note expiresAt rotateEvery enforce keep due why"
PAST: Final = "2001-02-03T04:05:06.000Z"
DAYS: Final = 90


async def _change(world: World, name: str, **fields: object) -> Reply:
    return await world.call("PATCH", f"/secrets/{quote(name, safe='')}", fields)


async def _of(world: World, name: str) -> dict[str, Any]:
    found = await world.call("GET", f"/secrets/{quote(name, safe='')}/policy")
    return found.succeeded("GET /secrets/NAME/policy").object()


async def _due(world: World, days: int) -> list[dict[str, Any]]:
    found = await world.call("GET", f"/due?limit=1000&within={days * 24 * 3600}")
    return found.succeeded("GET /due").items("due")


@POLICIES.full
async def answer(world: World) -> None:
    """PATCH /secrets/NAME answers 200 with the policy, and so does GET /secrets/NAME/policy."""
    name = world.name()
    await world.store(name)
    found = (await _change(world, name, note="a note", rotateEvery=DAYS)).expect(200).object()
    closed(found, FIELDS, "a policy")
    said = {key: found.get(key) for key in ("name", "note", "rotateEvery", "enforce", "why")}
    wanted = {"name": name, "note": "a note", "rotateEvery": DAYS, "enforce": False}
    demand(said == wanted | {"why": "rotate"}, "the answer is not the policy that was sent")
    demand(await _of(world, name) == found, "GET answers with another policy than PATCH")


@POLICIES.full
async def kept(world: World) -> None:
    """A field that is not sent stays, null takes one away, and a new value changes none."""
    name = world.name()
    await world.store(name)
    await _change(world, name, note="a note", rotateEvery=DAYS, keep={"versions": 12})
    await world.store(name)
    found = (await _change(world, name, note=None)).succeeded("PATCH /secrets/NAME").object()
    kept = (found.get("rotateEvery"), found.get("keep", {}).get("versions"))
    demand(kept == (DAYS, 12), "a field that was not sent changed")
    demand("note" not in found, "null did not take a field away")


@POLICIES.full
async def version(world: World) -> None:
    """A policy changes neither the value's version nor when the secret was created."""
    name = world.name()
    first = await world.store(name)
    before = (await _of(world, name)).get("version")
    await _change(world, name, note="a note", expiresAt=PAST)
    after = await _of(world, name)
    demand(after.get("version") == before, "a policy changed the version")
    listed = [item for item in await world.listed() if item.get("name") == name]
    dates = [item.get("createdAt") for item in listed]
    demand(dates == [first.text("createdAt")], "a policy changed `createdAt`")


@POLICIES.full
async def due(world: World) -> None:
    """GET /due lists what was due before and what is due within that time, soonest first."""
    past, soon, later, never = (world.name() for _ in range(4))
    now = datetime.now(UTC)
    dates = {
        past: PAST,
        soon: (now + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        later: (now + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    for name in (never, later, soon, past):
        await world.store(name)
        if name in dates:
            await _change(world, name, expiresAt=dates[name])
    for days, wanted in ((7, [past, soon]), (60, [past, soon, later])):
        items = await _due(world, days)
        names = [item.get("name") for item in items if item.get("name") in (*dates, never)]
        demand(names == wanted, "GET /due does not list what is due, soonest first")
        times = [text(item, "due") for item in items if "unreadable" not in item]
        demand(times == sorted(times), "GET /due is not sorted")


@POLICIES.full
async def expired(world: World) -> None:
    """An expired secret still exists; with `enforce`, it is refused with 409 secret_expired."""
    name = world.name()
    await world.store(name)
    await _change(world, name, expiresAt=PAST)
    demand(await world.exists(name), "an expired secret that is not enforced does not exist")
    await _change(world, name, enforce=True)
    (await world.ask(name)).refused("secret_expired", "an expired secret")
    await _change(world, name, expiresAt=None)
    demand(await world.exists(name), "a secret that expires no more is refused")


@POLICIES.full
async def form(world: World) -> None:
    """A policy that is malformed is invalid_request, and changes nothing."""
    name = world.name()
    await world.store(name)
    before = await _of(world, name)
    wrong: dict[str, tuple[object, ...]] = {
        "note": ("two\nlines", "x" * 501, 7),
        "expiresAt": ("tomorrow", "2027-01-31", 1),
        "rotateEvery": (0, 1.5, "90"),
        "keep": ({"versions": 0}, {"versions": 101}, {"days": 366}),
        "enforce": ("yes",),
        "value": ("x",),
    }
    for field, values in wrong.items():
        for one in values:
            found = await _change(world, name, **{field: one})
            found.refused("invalid_request", "a malformed policy")
    demand(await _of(world, name) == before, "a refused policy changed something")


@POLICIES.full
async def missing(world: World) -> None:
    """There is no policy without a secret: 404 not_found."""
    name = world.name()
    (await _change(world, name, note="a note")).refused("not_found", "a policy of no secret")
    found = await world.call("GET", f"/secrets/{quote(name, safe='')}/policy")
    found.refused("not_found", "the policy of no secret")
