from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from px.packages import pins
from px.packages.index import Index
from px.packages.resolve import Cannot, resolve
from px.project.errors import LocalError
from support.wheels import make_sdist, make_wheel

LIBRARY = {"pydantic": "2.14.3"}


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    folder = tmp_path / "wheels"
    folder.mkdir()
    return folder


@pytest.fixture
def index(wheels: Path) -> Index:
    """The folder, and no other."""
    return Index({"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels)}, wheels, wheels)


def found(index: Index, *asked: str, kept: dict[str, str] | None = None) -> list[str]:
    wanted = [Requirement(one) for one in asked]
    told = resolve(wanted, index, pinned=LIBRARY, kept=kept or {}, say=lambda _: None)
    return sorted(f"{name} {one.version}" for name, one in told.items())


def refused(index: Index, *asked: str) -> str:
    with pytest.raises(Cannot) as caught:
        found(index, *asked)
    sentence, _, rest = caught.value.message.rpartition("; ")
    assert (rest, caught.value.code) == ("nothing was changed", "package_refused")
    return sentence


def test_markers_are_those_of_the_worker(index: Index, wheels: Path) -> None:
    """pip would take what this machine needs, and leave out what the Worker needs."""
    there, here = "sys_platform == 'emscripten'", "sys_platform != 'emscripten'"
    make_wheel(
        wheels, "one", requires=[f"there; {there}", f"here; {here}", "old; python_version<'3.14'"]
    )
    make_wheel(wheels, "there")

    assert found(index, "one") == ["one 1.0", "there 1.0"]


def test_a_build_for_the_worker_is_taken_and_one_for_this_machine_is_not(
    index: Index, wheels: Path
) -> None:
    """The newest version has none for the Worker."""
    make_wheel(wheels, "one", "2.0", tag="cp311-cp311-manylinux_2_28_x86_64")
    make_wheel(wheels, "one", "1.0", tag="cp314-cp314-pyemscripten_2026_0_wasm32")

    assert found(index, "one") == ["one 1.0"]


def test_an_older_version_is_taken_if_the_newest_needs_another_library(
    index: Index, wheels: Path
) -> None:
    """What the library works with is never changed."""
    make_wheel(wheels, "one", "2.0", requires=["pydantic>=3"])
    make_wheel(wheels, "one", "1.0", requires=["pydantic>=2"])

    assert found(index, "one") == ["one 1.0"]


def test_an_extra_brings_what_it_needs(index: Index, wheels: Path) -> None:
    """And only if it is asked for."""
    make_wheel(wheels, "one", requires=["two; extra == 'more'"])
    make_wheel(wheels, "two")

    assert found(index, "one") == ["one 1.0"]
    assert found(index, "one[more]") == ["one 1.0", "two 1.0"]


def test_what_is_pinned_already_stays(index: Index, wheels: Path) -> None:
    """Unless it does not fit any more; a version before its release is the last choice."""
    for version in ("1.0", "2.0", "3.0rc1"):
        make_wheel(wheels, "one", version)

    assert found(index, "one") == ["one 2.0"]
    assert found(index, "one", kept={"one": "1.0"}) == ["one 1.0"]
    assert found(index, "one>1", kept={"one": "1.0"}) == ["one 2.0"]


def test_a_package_with_compiled_code_is_refused(index: Index, wheels: Path) -> None:
    """Also if it is what another one needs: that one is named."""
    make_wheel(wheels, "compiled", tag="cp311-cp311-manylinux_2_28_x86_64")
    make_wheel(wheels, "one", requires=["compiled>=1"])
    why = "cannot run in the Worker: it has compiled code, and no build of it is for the Worker"

    assert refused(index, "compiled") == f"compiled {why}"
    assert refused(index, "one") == f"compiled, which one 1.0 needs, {why}"


def test_a_package_that_is_only_source_is_refused(index: Index, wheels: Path) -> None:
    """Nothing of it runs on this machine."""
    make_sdist(wheels, "source")

    assert refused(index, "source").endswith("only published as source, and px builds nothing")
    assert not (wheels / "was-run").exists()


def test_a_name_that_is_nowhere_is_refused(index: Index) -> None:
    """It may be mistyped."""
    assert refused(index, "nowhere").endswith("the package index has no package of this name")


def test_a_version_that_is_nowhere_is_refused_with_the_newest(index: Index, wheels: Path) -> None:
    """So that the next try can work."""
    make_wheel(wheels, "one")

    assert refused(index, "one>=2") == "no version fits one>=2: the newest for the Worker is 1.0"


def test_what_conflicts_with_the_library_is_refused(index: Index, wheels: Path) -> None:
    """With what it needs, and what the library works with."""
    make_wheel(wheels, "one", requires=["pydantic<2"])

    assert refused(index, "one") == (
        "one 1.0 needs pydantic<2, but the library works with pydantic 2.14.3"
    )


def test_what_conflicts_with_another_package_is_refused(index: Index, wheels: Path) -> None:
    """Both sides are named."""
    make_wheel(wheels, "one", requires=["three<2"])
    make_wheel(wheels, "two", requires=["three>=2"])
    for version in ("1.0", "2.0"):
        make_wheel(wheels, "three", version)

    told = refused(index, "one", "two")

    assert told.startswith("these do not go together: ")
    assert {"one 1.0 needs three<2", "two 1.0 needs three>=2"} <= set(
        told.partition(": ")[2].split(", ")
    )


def test_every_file_of_the_version_is_pinned(index: Index, wheels: Path) -> None:
    """So that the pins hold for the tests on CPython too."""
    files = [
        make_wheel(wheels, "one", tag="cp314-cp314-pyemscripten_2026_0_wasm32"),
        make_wheel(wheels, "one", tag="cp311-cp311-manylinux_2_28_x86_64"),
        make_sdist(wheels, "one"),
    ]
    told = resolve([Requirement("one")], index, pinned={}, kept={}, say=lambda _: None)

    text = pins.write(told, index)

    digests = {hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    assert {line.partition("sha256:")[2].rstrip(" \\") for line in text.splitlines()[2:]} == digests
    assert pins.read(text) == {"one": "1.0"}


def test_an_index_that_is_away_is_not_a_package_that_is_missing(tmp_path: Path) -> None:
    """The sentence is about the network."""
    away = Index({"PIP_INDEX_URL": "http://127.0.0.1:9/simple"}, tmp_path, tmp_path)

    with pytest.raises(LocalError, match="the package index cannot be reached"):
        found(away, "one")
