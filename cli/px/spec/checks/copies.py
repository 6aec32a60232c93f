"""Copies of a project's secrets, compared with the record of truth."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from px.spec.answer import closed, demand, number, text
from px.spec.caller import Who
from px.spec.promises import Group
from px.spec.world import World

COPIES: Final = Group("copies")
COUNTS: Final = "same lagging older foreign missing planted"


@COPIES.full
async def answer(world: World) -> None:
    """GET /copies answers 200 with the `copies` that differ, and `counts` of each state."""
    await world.store(world.name())
    found = (await world.call("GET", "/copies?limit=5")).expect(200)
    closed(found.object(), "copies counts cursor", "the answer")
    counts, items = found.object()["counts"], found.items("copies")
    closed(counts, COUNTS, "`counts`")
    differing = {state: number(counts, state) for state in COUNTS.split()}
    for state in [text(item, "state") for item in items]:
        demand(differing[state] > 0, "a copy that differs is not counted")


@COPIES.full
async def fresh(world: World) -> None:
    """The copy of a secret that was just written is late at most, and so is a deleted one's."""
    live, gone = world.name(), world.name()
    for name in (live, gone):
        await world.store(name)
    (await world.delete(gone)).succeeded("DELETE /secrets/NAME")
    states = {
        text(item, "state")
        for item in await world.listed("/copies", "copies")
        if item.get("name") in (live, gone)
    }
    demand(states <= {"lagging"}, "the copy of a fresh secret counts as tampered with")


@COPIES.full
async def repair(world: World) -> None:
    """POST /project/repair makes every copy due, step by step, and changes no secret."""
    for _ in range(2):
        await world.store(world.name(), who=world.neighbour)
    before, due, path = await world.listed(who=world.neighbour), 0, "/project/repair"
    while path:
        found = (await world.call("POST", path, who=world.neighbour)).expect(200)
        due += found.number("due")
        cursor = found.object().get("cursor")
        path = f"/project/repair?cursor={quote(cursor)}" if isinstance(cursor, str) else ""
    demand(due >= len(before), "a repair left out copies")
    demand(await world.listed(who=world.neighbour) == before, "a repair changed a secret")


@COPIES.full
async def unknown(world: World) -> None:
    """POST /project/repair of a project that nobody wrote to is not_found."""
    who = Who(world.root.token, f"spec-{world.run}-z")
    found = await world.call("POST", "/project/repair", who=who)
    found.refused("not_found", "a repair of a project that does not exist")
