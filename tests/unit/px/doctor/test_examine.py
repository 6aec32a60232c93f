"""`px doctor`'s checks together."""

from __future__ import annotations

from collections.abc import Iterator

from positronic.errors import InvalidName
from px.doctor.examine import HERE, examine
from px.doctor.finding import Finding
from px.doctor.surroundings import Surroundings
from px.errors import Usage
from px.settings import Target
from support.doctor import statuses


def test_without_a_server_to_ask(around: Surroundings) -> None:
    """The rest is checked all the same."""

    def choose() -> Target:
        raise Usage("none", hint="do this")

    found = list(examine(around, choose))

    assert statuses(found)[-2:] == [("address", "fail"), ("server", "skip")]
    assert found[-2].hint == "do this"


def test_a_bad_project_name_is_a_line(around: Surroundings) -> None:
    """As any other setting that cannot be used."""

    def choose() -> Target:
        raise InvalidName("a project name has ...")

    assert statuses(examine(around, choose))[-2] == ("address", "fail")


def test_a_check_that_breaks_does_not_end_the_others(around: Surroundings) -> None:
    """It is a line without the error's text, which may hold a value."""

    def broken(around: Surroundings) -> Iterator[Finding]:
        raise RuntimeError(f"canary {around}")

    def choose() -> Target:
        raise Usage("none")

    found = list(examine(around, choose, {"mode": broken, "px": HERE["px"]}))

    assert statuses(found)[:2] == [("mode", "fail"), ("px", "ok")]
    assert statuses(found)[-1] == ("server", "skip")
    assert "canary" not in str(found)
