"""What is promised of the directory: which projects there are, and where their ledgers are."""

from __future__ import annotations

from contracts.commanding import Commanding, command
from contracts.ledger_world import LedgerWorld
from contracts.suite import Suite, raises
from positronic.commands.command import Command
from positronic.errors import NotConfigured
from positronic.ledger.project_rows import PROJECTS
from positronic.rows import Put

SUITE: Suite[LedgerWorld] = Suite("directory")


def add(project: str, location: str = "", jurisdiction: str = "eu") -> Command:
    return command("project.add", project=project, location=location, jurisdiction=jurisdiction)


@SUITE.check
async def check_listed(world: LedgerWorld) -> None:
    """By name, each with where its ledger was made; one that cannot be read stops nothing."""
    place = Commanding(world)
    await place.run(add("shop", "weur"), add("app"), add("shop", "apac"))
    place.ledger.commit([Put(PROJECTS.kind, "No Project", "{}")], {})

    found, cursor = await place.run(command("project.list", limit=9))
    assert found == [["No Project"], ["app", None, "eu"], ["shop", "weur", "eu"]]
    assert cursor is None


@SUITE.check
async def check_jurisdiction(world: LedgerWorld) -> None:
    """The first project says within what all ledgers stay; another jurisdiction adds none."""
    place = Commanding(world)
    assert await place.run(command("project.jurisdiction")) is None
    await place.run(add("shop"))
    before = place.rows()
    for other in ("fedramp", ""):
        await raises(NotConfigured, place.run(add("app", jurisdiction=other)))
        await raises(NotConfigured, place.run(add("shop", jurisdiction=other)))

    assert await place.run(command("project.jurisdiction")) == "eu"
    assert place.rows() == before
