from __future__ import annotations

from pathlib import Path

import pytest

from px.packages import records


def record(folder: Path, name: str, *paths: str) -> None:
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    rows = [*paths, f"{info.name}/METADATA", "../../bin/tool"]
    (info / "RECORD").write_text("".join(f"{path},,\n" for path in rows))


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["one.py"], ["one"]),
        (["one/__init__.py", "one/inner.py", "one/sub/__init__.py"], ["one"]),
        (["one/__init__.py", "_one.cpython-314-wasm32.so"], ["_one", "one"]),
        (["space/one/__init__.py", "space/one/inner.py"], ["space.one"]),
        (["space/one.py"], ["space.one"]),
        (["one-data/x.py", "one.pth", "one/data.txt"], []),
    ],
)
def test_what_is_imported_is_the_top_of_each_folder(
    tmp_path: Path, paths: list[str], expected: list[str]
) -> None:
    """Of the packages that are asked for, not of others."""
    record(tmp_path, "one", *paths)
    record(tmp_path, "other", "other.py")

    assert records.modules(records.read(tmp_path), ["one"]) == expected


def test_a_file_that_two_packages_have_is_found(tmp_path: Path) -> None:
    """pip lets the second one win without a word."""
    record(tmp_path, "one", "same/__init__.py")
    record(tmp_path, "two", "same/__init__.py")

    clash = records.shared(records.read(tmp_path))

    assert clash is not None
    assert (str(clash[0]), clash[1]) == ("same/__init__.py", ["one", "two"])


@pytest.mark.parametrize(
    "path",
    [
        *("px/app.py", "px/lifeline.mjs", "PX/app.py", "px.py", "positronic/x.py"),
        *("workers/__init__.py", "workers.cpython-314-wasm32.so", "one.pth", "sitecustomize.py"),
    ],
)
def test_a_file_in_the_place_of_pxs_own_is_found(tmp_path: Path, path: str) -> None:
    """Not in packages of the library, which has such files."""
    record(tmp_path, "one", "one.py", path)

    assert records.reserved(records.read(tmp_path), ["one"]) == path
    assert records.reserved(records.read(tmp_path), ["other"]) is None


def test_other_files_are_not_reserved(tmp_path: Path) -> None:
    """Nor one with such a name further down."""
    record(tmp_path, "one", "one/px.py", "pxx.py", "workers_ai/__init__.py", "one/a.pth")

    assert records.reserved(records.read(tmp_path), ["one"]) is None


def test_a_module_that_hides_one_of_the_worker_is_found(tmp_path: Path) -> None:
    """python_modules comes first on the path there."""
    record(tmp_path / "modules", "one", "brains/__init__.py")
    worker = tmp_path / "worker"
    (worker / "brains").mkdir(parents=True)

    assert records.hidden(records.read(tmp_path / "modules"), ["one"], worker) == "brains"
    assert records.hidden(records.read(tmp_path / "modules"), [], worker) is None
