"""Which object has a project's ledger, by the Worker's settings."""

from __future__ import annotations

from collections.abc import Mapping
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


@dataclass(frozen=True)
class Objects:
    """A namespace, whose objects are what leads to them."""

    within: str = ""

    def getByName(self, name: str, /, **options: str) -> tuple[str, str, Mapping[str, str]]:  # noqa: N802
        return self.within, name, options

    def jurisdiction(self, name: str, /) -> Objects:
        return Objects(name)


def objects(hint: str = "", jurisdiction: str = "", *, is_local: bool = False) -> LedgerObjects:
    return LedgerObjects(Objects(), ledger_location(hint, jurisdiction), is_local)


def test_without_settings_it_is_the_name_alone() -> None:
    """Cloudflare then makes it near whoever asks first."""
    assert objects().of(SHOP) == ("", "shop", {})


def test_a_hint_goes_with_each_call() -> None:
    """For whichever is the first: the ledger is made by that one."""
    assert objects("weur").of(SHOP) == ("", "shop", {"locationHint": "weur"})
    assert objects("weur").of(DIRECTORY) == ("", DIRECTORY, {"locationHint": "weur"})


def test_a_jurisdiction_has_every_ledger_but_the_directorys() -> None:
    """The directory says which one it is, so it must be found without it."""
    found = objects(jurisdiction="eu")

    assert found.of(SHOP) == ("eu", "shop", {})
    assert found.of(DIRECTORY) == ("", DIRECTORY, {})


def test_locally_there_are_no_jurisdictions() -> None:
    """workerd fails on them."""
    assert objects(jurisdiction="eu", is_local=True).of(SHOP) == ("", "shop", {})


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
