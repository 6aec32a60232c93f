from __future__ import annotations

import email
import io
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib.metadata import PathDistribution
from pathlib import Path
from typing import Final

import pytest
from scripts.dist.distributions import CARRIED, make

import px
from px.errors import Refused
from px.library import REQUIREMENTS
from px.library.own_wheel import PINS, wheel_of
from support.source import ROOT, WORKER

NAMES: Final = ("positronic_secrets", "positronic_secrets_px")


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    make(ROOT, folder)
    return folder


def sdist(dist: Path, name: str) -> Path:
    return dist / f"{name}-{px.__version__}.tar.gz"


def wheel(dist: Path, name: str) -> Path:
    return dist / f"{name}-{px.__version__}-py3-none-any.whl"


def requirements(path: Path) -> set[str]:
    """What the wheel's metadata asks for, without extras."""
    (info,) = (one for one in contents(path) if one.endswith(".dist-info/METADATA"))
    found = email.message_from_bytes(contents(path)[info]).get_all("Requires-Dist", [])
    return {one for one in found if "extra ==" not in one}


def contents(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("name", NAMES)
def test_type_checkers_read_the_librarys_types(dist: Path, name: str) -> None:
    """PEP 561: without this file they take nothing from an installed package."""
    assert "positronic/py.typed" in contents(wheel(dist, name))


def test_the_same_source_gives_the_same_bytes(
    dist: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the caller's environment says about time."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    again = make(ROOT, tmp_path)

    expected = [path for name in NAMES for path in (sdist(dist, name), wheel(dist, name))]
    assert [path.name for path in again] == [path.name for path in expected]
    for one, other in zip(again, expected, strict=True):
        assert one.read_bytes() == other.read_bytes(), one.name


@pytest.mark.parametrize("name", NAMES)
def test_an_sdist_builds_alone(dist: Path, tmp_path: Path, name: str) -> None:
    """pip makes the wheel of it that `make dist` made, with nothing else there."""
    with tarfile.open(sdist(dist, name)) as archive:
        archive.extractall(tmp_path, filter="data")
    (tree,) = tmp_path.iterdir()
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--quiet"]
    pip = [sys.executable, "-m", "pip", "wheel", *options, "-w", str(tmp_path), str(tree)]
    subprocess.run(pip, check=True, cwd=tmp_path)

    built = tmp_path / wheel(dist, name).name
    assert built.read_bytes() == wheel(dist, name).read_bytes()


def test_px_carries_the_library_s_wheel(dist: Path) -> None:
    """The one that was built with it, and the pins of what it needs."""
    library, found = wheel(dist, NAMES[0]), contents(wheel(dist, NAMES[1]))

    assert found[str(CARRIED / library.name)] == library.read_bytes()
    for name, carried in (("worker.txt", str(CARRIED / REQUIREMENTS)), ("px.txt", PINS)):
        assert found[carried] == (ROOT / "requirements" / name).read_bytes()


@pytest.fixture
def installed(dist: Path, tmp_path: Path) -> PathDistribution:
    """px as pip installs it."""
    options = ["--no-deps", "--no-index", "--quiet", "--target", str(tmp_path)]
    pip = [sys.executable, "-m", "pip", "install", *options, str(wheel(dist, NAMES[1]))]
    subprocess.run(pip, check=True)
    (info,) = tmp_path.glob("*.dist-info")
    return PathDistribution(info)


def test_an_installed_px_is_a_wheel_again(
    dist: Path, installed: PathDistribution, tmp_path: Path
) -> None:
    """With the same files, and the same bytes each time, without what pip has added."""
    found, built = wheel_of(installed), wheel(dist, NAMES[1])
    again = tmp_path / found.name
    again.write_bytes(found.wheel)

    assert found.name == built.name
    assert wheel_of(installed).wheel == found.wheel
    assert sorted(contents(again)) == sorted(contents(built))
    for name, content in contents(built).items():
        if not name.endswith("/RECORD"):
            assert contents(again)[name] == content, name
    assert found.pins.encode() == (ROOT / "requirements" / "px.txt").read_bytes()


@pytest.mark.parametrize("name", ["px/app.py", PINS, "positronic/ports.py"])
def test_a_px_that_was_changed_is_not_passed_on(
    installed: PathDistribution, tmp_path: Path, name: str
) -> None:
    """Its next user would run what somebody else wrote."""
    with (tmp_path / name).open("a") as file:
        file.write("\n")

    with pytest.raises(Refused, match=f"{name} was changed"):
        wheel_of(installed)


def test_the_pins_of_px_are_those_of_this_checkout() -> None:
    """Each package that it needs, in the version that the tests run with."""
    tested, pinned = (pins(ROOT / "requirements" / name) for name in ("dev.txt", "px.txt"))
    project = tomllib.loads((ROOT / "cli" / "pyproject.toml").read_text())["project"]
    needed = {re.match(r"[\w-]+", one)[0] for one in project["dependencies"]}  # type: ignore[index]

    assert needed <= pinned.keys()
    assert pinned.items() <= tested.items()


def pins(path: Path) -> dict[str, str]:
    lines = (line.split("==", 1) for line in path.read_text().splitlines() if "==" in line)
    return {name: version.split()[0] for name, version in lines}


def test_no_wheel_asks_for_one_of_ours(dist: Path) -> None:
    """Neither is published, so anybody could publish something under its name."""
    asked = {one for name in NAMES for one in requirements(wheel(dist, name))}

    assert asked
    assert not [one for one in asked if one.startswith("positronic")]


def test_px_asks_for_what_the_library_needs(dist: Path) -> None:
    """It has the library's source in it."""
    library, found = (requirements(wheel(dist, name)) for name in NAMES)

    assert library
    assert library <= found


def test_the_library_is_the_core_and_no_more(dist: Path) -> None:
    """No brain and no entry; its scripts are where wrangler makes modules of them."""
    found = contents(wheel(dist, NAMES[0]))
    core = WORKER / "positronic"

    assert {name for name in found if name.endswith(".py")} == {
        path.relative_to(WORKER).as_posix() for path in core.rglob("*.py")
    }
    assert {name: text for name, text in found.items() if name.endswith(".mjs")} == {
        f"workers/{path.relative_to(WORKER).as_posix()}": path.read_bytes()
        for path in core.rglob("*.mjs")
    }


def test_neither_can_be_uploaded_by_mistake(dist: Path) -> None:
    """PyPI refuses what has this classifier."""
    for name in NAMES:
        with tarfile.open(sdist(dist, name)) as archive:
            member = archive.extractfile(f"{sdist(dist, name).name[:-7]}/pyproject.toml")
            project = tomllib.load(member or io.BytesIO())["project"]

        assert "Private :: Do Not Upload" in project["classifiers"]
