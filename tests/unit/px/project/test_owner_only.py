from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from px.project import owner_only


@pytest.fixture(autouse=True)
def open_umask() -> Iterator[None]:
    """The worst umask: whatever is narrow is so on purpose."""
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_file_is_its_owners_alone(tmp_path: Path) -> None:
    """Mode 600 under any umask, for new files and for those that were wider."""
    path = tmp_path / "file"
    path.write_text("wide")
    owner_only.replace(path, b"new")

    assert (mode(path), path.read_bytes()) == (0o600, b"new")


def test_a_folder_is_narrowed(tmp_path: Path) -> None:
    """Mode 700, also where it was wider."""
    folder = tmp_path / "folder"
    folder.mkdir()
    owner_only.make_folder(folder)

    assert mode(folder) == 0o700


def test_create_does_not_touch_a_file_that_is_there(tmp_path: Path) -> None:
    """Raises FileExistsError; the old content stays, nothing is left beside it."""
    path = tmp_path / "file"
    owner_only.create(path, b"first")

    with pytest.raises(FileExistsError):
        owner_only.create(path, b"second")

    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    """Whole or not at all, and no temporary file stays."""
    folder = tmp_path / "a-folder-in-the-way"
    (folder / "inside").mkdir(parents=True)

    with pytest.raises(OSError, match="directory"):
        owner_only.replace(folder, b"new")

    assert list(tmp_path.iterdir()) == [folder]


def test_a_lock_is_held_by_one(tmp_path: Path) -> None:
    """The second is told at once when it does not want to wait; after the first, it may."""
    path = tmp_path / "lock"
    with (
        owner_only.locked(path),
        pytest.raises(BlockingIOError),
        owner_only.locked(path, wait=False),
    ):
        pytest.fail("two held the lock")

    with owner_only.locked(path, wait=False):
        assert mode(path) == 0o600
