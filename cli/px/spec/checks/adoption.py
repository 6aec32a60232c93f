"""Projects that are older than their ledger: what they had comes in once, and never again."""

from __future__ import annotations

from typing import Final

from px.spec.answer import Reply, closed, demand
from px.spec.caller import Who
from px.spec.promises import Group
from px.spec.world import World

ADOPTION: Final = Group("adoption")
COUNTS: Final = "secrets tokens events unverified remaining failedCount"


@ADOPTION.full
async def finished(world: World) -> None:
    """POST /project/adopt of a project in use answers `adopted` and brings nothing, ever again."""
    name = world.name()
    await world.store(name, who=world.neighbour)
    before = await _kept(world, world.neighbour)
    for _ in range(2):
        found = await _adopt(world, world.neighbour)
        demand(found.text("state") == "adopted", "a project in use is to be adopted again")
        brought = [found.number(one) for one in COUNTS.split()]
        demand(not any(brought), "a project without older entries adopted some")
    demand(await _kept(world, world.neighbour) == before, "an adoption of nothing left something")


@ADOPTION.full
async def unknown(world: World) -> None:
    """POST /project/adopt finds nothing in a project that nobody wrote to, and creates none."""
    project = f"spec-{world.run}-y"
    found = await _adopt(world, Who(world.root.token, project))
    demand(found.text("state") == "adopted", "there is something to be adopted in a new project")
    names = [item.get("name") for item in await world.listed("/projects", "projects")]
    demand(project not in names, "an adoption of nothing created a project")


@ADOPTION.full
async def query(world: World) -> None:
    """POST /project/adopt takes no cursor and nothing else: it continues by itself."""
    for path in ("/project/adopt?cursor=x", "/project/adopt?force=true"):
        found = await world.call("POST", path, who=world.neighbour)
        found.refused("invalid_request", f"POST {path}")


async def _adopt(world: World, who: Who) -> Reply:
    found = (await world.call("POST", "/project/adopt", who=who)).expect(200)
    closed(found.object(), f"state {COUNTS} failed afterLoss", "the answer")
    return found


async def _kept(world: World, who: Who) -> list[object]:
    return [*await world.listed(who=who), *await world.listed("/audit", "events", who)]
