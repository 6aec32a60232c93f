"""Tokens of projects that nobody wrote to: their ledgers are asked once a minute."""

from __future__ import annotations

import os
from dataclasses import replace

from positronic.access import tokens
from positronic.access.unknown_projects import CAPACITY, REMEMBERED, UnknownProjects
from positronic.commands.command import Command
from positronic.names import Project
from support.memory_service import SHOP, House
from support.token_fixture import OTHER, TokenFixture, shown

NEW = Project("new")


class Asked(House):
    """A house that notes which ledgers were asked."""

    def __init__(self) -> None:
        super().__init__()
        self.projects: list[Project] = []
        send = self.service.runtime.send

        async def noted(command: Command) -> object:
            self.projects.append(command.project)
            return await send(command)

        self.service = replace(self.service, runtime=replace(self.service.runtime, send=noted))

    def strange(self, project: Project = NEW) -> int:
        text = tokens.mint(project, os.urandom).text
        return self.as_token(text, "POST", "/secrets", {"name": "A", "value": "v"}).status


def test_the_ledger_of_an_unknown_project_is_asked_once_a_minute() -> None:
    """Whichever tokens of it come; a call does not make the minute longer."""
    house = Asked()
    statuses = {house.strange() for _ in range(3)}
    house.clock.now += REMEMBERED - 1
    statuses.add(house.strange())
    asked = [*house.projects]
    house.clock.now += 1
    statuses.add(house.strange())

    assert statuses == {401}
    assert (asked, house.projects) == ([NEW], [NEW, NEW])


def test_a_known_project_is_asked_each_time() -> None:
    """Unknown tokens of a project that is there are remembered by nobody."""
    house = Asked()
    text = house.issue("reader")
    house.projects.clear()

    assert {house.strange(SHOP) for _ in range(3)} == {401}
    assert house.projects == [SHOP] * 3
    assert house.as_token(text, "GET", "/secrets").status == 200


def test_a_project_that_is_created_is_known_at_once() -> None:
    """Root writes, here, to a project that a stranger asked for: its tokens work."""
    house = Asked()
    house.strange()
    text = house.issue("reader", project=NEW)

    assert house.as_token(text, "GET", "/secrets").status == 200


def test_root_is_never_refused() -> None:
    """It reads a project that a stranger asked for."""
    house = Asked()
    house.strange()
    project = {"x-positronic-project": NEW}

    assert house.call("GET", "/secrets", headers=project).status == 200
    assert house.call("GET", "/audit", headers=project).status == 200


def test_nobody_can_tell_a_project_that_is_not_there() -> None:
    """One answer, byte for byte: asked and remembered, and an unknown id of a known project."""
    fixture = TokenFixture()
    there = tokens.mint(OTHER, os.urandom)

    assert shown(fixture.use(there)) == shown(fixture.use(there))
    assert shown(fixture.use(there)) == shown(fixture.use(fixture.unknown))


def test_few_are_remembered() -> None:
    """The oldest makes room."""
    unknown = UnknownProjects()
    for number in range(CAPACITY + 1):
        unknown.add(Project(f"p{number}"), 0)

    assert [unknown.has(Project(f"p{number}"), 0) for number in (0, 1, CAPACITY)] == [
        False,
        True,
        True,
    ]
