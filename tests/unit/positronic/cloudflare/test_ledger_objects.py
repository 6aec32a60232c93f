"""Which object has a project's ledger, by the Worker's settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from contracts.commanding import command
from positronic.api.ledger_location import ledger_location
from positronic.cloudflare.ledger_objects import LedgerObjects, check_jurisdiction
from positronic.commands.command import Command
from positronic.errors import Busy, NotConfigured, PositronicError, StoreFailed
from positronic.ledger.project_rows import DIRECTORY
from positronic.names import Project
from support.running import run

SHOP = Project("shop")


async def echo(name: str, jurisdiction: str, hint: str, message: str) -> str:
    """An object that answers with what led to it."""
    return f"{jurisdiction}/{name} {hint}: {message}"


def reached(
    project: Project, hint: str = "", jurisdiction: str = "", *, is_local: bool = False
) -> str:
    """Where a message of this project arrives."""
    objects = LedgerObjects(echo, ledger_location(hint, jurisdiction), is_local)

    async def asked() -> str:
        return await objects.ask(project, "message")

    return run(asked())


def test_without_settings_it_is_the_name_alone() -> None:
    """Cloudflare then makes it near whoever asks first."""
    assert reached(SHOP) == "/shop : message"


def test_a_hint_goes_with_each_call() -> None:
    """For whichever is the first: the ledger is made by that one."""
    assert reached(SHOP, "weur") == "/shop weur: message"
    assert reached(DIRECTORY, "weur") == f"/{DIRECTORY} weur: message"


def test_a_jurisdiction_has_every_ledger_but_the_directorys() -> None:
    """The directory says which one it is, so it must be found without it."""
    assert reached(SHOP, jurisdiction="eu") == "eu/shop : message"
    assert reached(DIRECTORY, jurisdiction="eu") == f"/{DIRECTORY} : message"


def test_locally_there_are_no_jurisdictions() -> None:
    """workerd fails on them."""
    assert reached(SHOP, jurisdiction="eu", is_local=True) == "/shop : message"


@dataclass
class Directory:
    """Answers with what it recorded, or with an error."""

    recorded: str | PositronicError | None
    asked: Command | None = None

    async def __call__(self, asked: Command) -> Any:  # noqa: ANN401 - as a Send
        self.asked = asked
        if isinstance(self.recorded, PositronicError):
            raise self.recorded
        return self.recorded


@pytest.mark.parametrize("recorded", ["eu", None, StoreFailed("no"), Busy("no")])
def test_the_recorded_jurisdiction_is_accepted(recorded: str | PositronicError | None) -> None:
    """Also when none is, and when the directory cannot be asked: it is asked in our own name."""
    directory = Directory(recorded)
    run(check_jurisdiction(directory, command("secret.list"), "eu"))

    asked = directory.asked
    assert asked is not None
    assert (asked.project, asked.action) == (DIRECTORY, "project.jurisdiction")


@pytest.mark.parametrize(("recorded", "now"), [("eu", ""), ("", "eu"), ("eu", "fedramp")])
def test_another_jurisdiction_is_refused(recorded: str, now: str) -> None:
    """Its objects would be empty: no ledger may seem to be lost."""
    with pytest.raises(NotConfigured, match="LEDGER_JURISDICTION"):
        run(check_jurisdiction(Directory(recorded), command("secret.list"), now))


@pytest.mark.parametrize(("hint", "jurisdiction"), [("mars", ""), ("", "us-east"), ("WEUR", "")])
def test_what_cloudflare_does_not_know_is_refused(hint: str, jurisdiction: str) -> None:
    """By the setting's name."""
    with pytest.raises(NotConfigured, match="LEDGER_"):
        ledger_location(hint, jurisdiction)
