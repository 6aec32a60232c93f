"""What is promised of the projects that KV names."""

from __future__ import annotations

import asyncio

from contracts.records import record
from contracts.suite import Suite
from contracts.token_store import token
from contracts.worlds import KvWorld
from positronic.names import Project, parse_project
from positronic.ports import everything

SUITE: Suite[KvWorld] = Suite("projects")


def projects(*names: str) -> list[Project]:
    return [parse_project(name) for name in names]


async def names(world: KvWorld, limit: int = 1000) -> list[Project]:
    """All pages of this size."""
    registry = world.projects()
    return [item async for item in everything(lambda cursor, _: registry.list(cursor, limit))]


@SUITE.check
async def check_empty(world: KvWorld) -> None:
    """Nothing written is no project."""
    page = await world.projects().list(None, 1000)

    assert page.items == [], "a project came from nowhere"
    assert page.cursor is None, "a cursor leads nowhere"


@SUITE.check
async def check_add_twice(world: KvWorld) -> None:
    """A project that was added again, also at the same time, stands once."""
    project = parse_project("shop")
    await world.projects().add(project)
    await asyncio.gather(*(world.projects().add(project) for _ in range(3)))

    assert await names(world) == [project], "it stands twice or not at all"


@SUITE.check
async def check_order_and_pages(world: KvWorld) -> None:
    """Projects come by name, every one once, whatever the size of a page."""
    expected = projects("0", "a", "a-b", "a0", "b", "p" * 63, "root")
    for project in expected[::2] + expected[1::2]:
        await world.projects().add(project)
    for limit in (1, 3, len(expected), 1000):
        assert await names(world, limit) == expected, f"limit {limit}: not whole or not sorted"


@SUITE.check
async def check_only_what_was_added(world: KvWorld) -> None:
    """Secrets and tokens of a project that was not added do not list it."""
    await world.projects().add(parse_project("a"))
    await world.records(parse_project("b")).put(record("A"))
    await world.tokens(parse_project("c")).put(token(1))

    assert await names(world) == projects("a"), "another project is listed"
