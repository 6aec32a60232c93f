"""`px doctor` on file modes."""

from __future__ import annotations

import pytest

from px.doctor.modes import check_modes
from px.doctor.surroundings import Surroundings
from support.doctor import NAMES, statuses, write


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o622, 0o611])
def test_a_file_that_others_can_open_fails(
    place: Surroundings, mode: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mend is a command that can be copied."""
    monkeypatch.chdir(place.folder)
    write(place, ".env.secrets", mode=mode)

    [found] = check_modes(place)

    assert (found.status, found.hint) == ("fail", "chmod 600 .env.secrets")


@pytest.mark.parametrize("name", NAMES)
def test_every_private_file_is_looked_at(place: Surroundings, name: str) -> None:
    """Each one, by its name."""
    write(place, name, mode=0o600)

    [found] = check_modes(place)

    assert (found.status, found.message) == ("ok", f"{name} has mode 600")


def test_a_link_has_its_targets_mode(place: Surroundings) -> None:
    """A link to a file that others read is a file that others read."""
    write(place, "elsewhere", mode=0o644)
    (place.folder / ".env.secrets").symlink_to("elsewhere")

    assert statuses(check_modes(place)) == [("mode", "fail")]


def test_a_folder_in_a_files_place_fails(place: Surroundings) -> None:
    """It is no file that px could read."""
    (place.folder / ".dev.vars").mkdir()

    assert statuses(check_modes(place)) == [("mode", "fail")]


def test_the_deploy_file_further_up_is_the_one(place: Surroundings) -> None:
    """px reads the nearest one upwards, so that one is looked at."""
    write(place, ".env.deploy", mode=0o644)
    (place.folder / "sub").mkdir()

    [found] = check_modes(Surroundings(place.folder / "sub"))

    assert found.hint == "chmod 600 ../.env.deploy"


def test_nothing_there_is_nothing_known(place: Surroundings) -> None:
    """Said in one line."""
    assert statuses(check_modes(place)) == [("mode", "skip")]


def test_whatever_px_keeps_is_looked_at(place: Surroundings) -> None:
    """Any JSON file in .px may hold a key, today's or a later px's."""
    write(place, ".px/other.json", mode=0o644)

    [found] = check_modes(place)

    assert (found.status, found.hint) == ("fail", "chmod 600 .px/other.json")
