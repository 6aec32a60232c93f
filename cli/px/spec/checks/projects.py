"""Projects are isolated from each other."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from px.spec import contract
from px.spec.answer import demand, text
from px.spec.caller import Who
from px.spec.checks.tokens import moved
from px.spec.promises import Group
from px.spec.world import World

PROJECTS: Final = Group("projects")


@PROJECTS.full
async def secrets(world: World) -> None:
    """A project's secrets cannot be listed, found or deleted in another project."""
    name = world.name()
    await world.store(name)
    demand(name not in await world.names(world.neighbour), "another project lists a secret")
    demand(not await world.exists(name, world.neighbour), "another project finds a secret")
    await world.delete(name, world.neighbour)

    async def is_there() -> None:
        demand(await world.exists(name), "another project deleted a secret")

    await world.eventually(is_there)


@PROJECTS.full
async def audit(world: World) -> None:
    """A project's audit log shows nothing of another project."""
    name = world.name()
    await world.store(name)
    events = await world.listed("/audit", "events", world.neighbour)
    told = any(name in event.get("names", ()) for event in events)
    demand(not told, "another project's audit log shows a change")


@PROJECTS.full
async def tokens(world: World) -> None:
    """A project's tokens cannot be listed or revoked in another project."""
    issued = await world.issue("reader")
    found = await world.listed("/tokens", "tokens", world.neighbour)
    demand(issued.id not in [item.get("id") for item in found], "another project lists a token")
    await world.call("DELETE", f"/tokens/{issued.id}", who=world.neighbour)
    used = await world.call("GET", "/secrets?limit=1", who=Who(issued.token))
    demand(used.status == 200, "another project revoked a token")


@PROJECTS.full
async def bound(world: World) -> None:
    """A project token works in its own project, and is forbidden for any other."""
    issued = await world.issue("admin")
    for method, path in (("GET", "/secrets"), ("GET", "/audit"), ("GET", "/tokens")):
        found = await world.call(method, path, who=Who(issued.token, world.neighbour.project))
        found.refused("forbidden", "a project token for another project")


@PROJECTS.full
async def cursor(world: World) -> None:
    """A cursor of another project shows none of its names."""
    mine = [world.name() for _ in range(3)]
    for name in mine:
        await world.store(name)
    opened = await world.eventually(lambda: _cursor(world))
    found = await world.call("GET", f"/secrets?cursor={opened}", who=world.neighbour)
    names = [text(item, "name") for item in found.items("secrets")] if found.status == 200 else []
    demand(not set(names) & set(mine), "a cursor works in another project")


async def _cursor(world: World) -> str:
    page = (await world.call("GET", "/secrets?limit=1")).succeeded("GET /secrets")
    return quote(page.text("cursor"), safe="")


@PROJECTS.full
async def named(world: World) -> None:
    """A project name that is not [a-z0-9][a-z0-9-]{0,62} is invalid_name."""
    for project in ("Spec", "-spec", "spec_x", "spec/x", "..", "s" * 64):
        found = await world.call("GET", "/secrets", who=Who(world.root.token, project))
        found.refused("invalid_name", "a bad project name")


@PROJECTS.full
async def listed(world: World) -> None:
    """GET /projects lists, for the root token, each project that was written to, once."""
    await world.store(world.name(), who=world.neighbour)

    async def is_listed() -> None:
        found = await world.listed("/projects", "projects")
        count = [item.get("name") for item in found].count(world.neighbour.project)
        demand(count == 1, f"a project in use is listed {count} times")

    await world.eventually(is_listed)


@PROJECTS.full
async def invented(world: World) -> None:
    """Tokens of a project that does not exist are refused, and neither they nor reads create it."""
    issued, project = await world.issue("writer"), f"spec-{world.run}-x"
    stranger = Who(moved(issued.token, project))
    for method, path in (call for role in contract.MAY["writer"] for call in contract.CALLS[role]):
        found = await world.call(method, path, who=stranger)
        found.refused("unauthenticated", f"{method} {path} with a token of an unknown project")
    for path in ("/secrets", "/audit", "/secrets/NAME/exists"):
        await world.call("GET", path, who=Who(world.root.token, project))
    names = [item.get("name") for item in await world.listed("/projects", "projects")]
    demand(project not in names, "a project that nobody wrote to is listed")
