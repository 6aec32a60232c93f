"""`px doctor` on file modes."""

from __future__ import annotations

import pytest

from px.doctor.exposure import check_modes
from px.doctor.surroundings import Surroundings
from support.doctor import NAMES, statuses, write


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o622, 0o611])
def test_a_file_that_others_can_open_fails(
    around: Surroundings, mode: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hint is a command that can be copied."""
    monkeypatch.chdir(around.folder)
    write(around, ".env.secrets", mode=mode)

    [found] = check_modes(around)

    assert (found.status, found.hint) == ("fail", "chmod 600 .env.secrets")


@pytest.mark.parametrize("name", NAMES)
def test_every_private_file_is_looked_at(around: Surroundings, name: str) -> None:
    """Each one, by its name."""
    write(around, name, mode=0o600)

    [found] = check_modes(around)

    assert (found.status, found.message) == ("ok", f"{name} has mode 600")


def test_a_link_has_its_targets_mode(around: Surroundings) -> None:
    """A link to a file that others read is a file that others read."""
    write(around, "elsewhere", mode=0o644)
    (around.folder / ".env.secrets").symlink_to("elsewhere")

    assert statuses(check_modes(around)) == [("mode", "fail")]


def test_a_folder_in_a_files_place_fails(around: Surroundings) -> None:
    """It is no file that px could read."""
    (around.folder / ".dev.vars").mkdir()

    assert statuses(check_modes(around)) == [("mode", "fail")]


def test_the_deploy_file_further_up_is_the_one(around: Surroundings) -> None:
    """px reads the nearest one upwards, so that one is looked at."""
    write(around, ".env.deploy", mode=0o644)
    (around.folder / "sub").mkdir()

    [found] = check_modes(Surroundings(around.folder / "sub"))

    assert found.hint == "chmod 600 ../.env.deploy"


def test_nothing_there_is_nothing_known(around: Surroundings) -> None:
    """Said in one line."""
    assert statuses(check_modes(around)) == [("mode", "skip")]


def test_whatever_px_keeps_is_looked_at(around: Surroundings) -> None:
    """Any JSON file in .px may hold a key, today's or a later px's."""
    write(around, ".px/other.json", mode=0o644)

    [found] = check_modes(around)

    assert (found.status, found.hint) == ("fail", "chmod 600 .px/other.json")
