"""Exports of a project, and imports."""

from __future__ import annotations

from typing import Final

from px.spec.answer import Broken, Reply, demand
from px.spec.promises import Group
from px.spec.world import World

BACKUP: Final = Group("backup")

TRIES: Final = 10


async def _export(world: World) -> list[Reply]:
    """Every step of one that nothing came between."""
    for _ in range(TRIES):
        steps = [
            (await world.call("POST", "/project/export", {})).succeeded("POST /project/export")
        ]
        while "cursor" in steps[-1].object():
            body = {"cursor": steps[-1].text("cursor")}
            step = await world.call("POST", "/project/export", body)
            if step.status == 409:
                break
            steps.append(step.succeeded("POST /project/export"))
        else:
            return steps
    raise Broken("other calls came between the pages of every export")


@BACKUP.full
async def sealed(world: World) -> None:
    """An export has each secret's name, but no value, and the audit log records it."""
    name, value = world.name(), world.value()
    await world.store(name, value)
    text = "".join(step.text("text") for step in (await _export(world))[1:])
    demand(name in text, "an export leaves a secret out")
    demand(value not in text, "an export shows a value")
    actions = [event.get("action") for event in await world.listed("/audit", "events")]
    demand("project.export" in actions, "an export is not in the audit log")


@BACKUP.full
async def remembered(world: World) -> None:
    """GET /project/export has the time of the last complete export."""
    await world.store(world.name())
    await _export(world)
    found = (await world.call("GET", "/project/export")).expect(200)
    demand("exportedAt" in found.object(), "an export is not remembered")


@BACKUP.full
async def occupied(world: World) -> None:
    """An export is not imported into a project that has secrets: conflict."""
    await world.store(world.name())
    steps = await _export(world)
    header, _, rest = "\n".join(one.text("text") for one in steps[1:]).partition("\n")
    rows, seal, last = rest.partition('{"page":')
    body = {"header": header, "page": rows + seal + last.partition("\n")[0]}
    found = await world.call("POST", "/project/import/check", body)
    found.refused("conflict", "an import into a project that is in use")
