"""What a checkout brings in px's own folders is not believed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from px.errors import Usage
from px.local import stamp, vendor
from px.project import owner_only
from px.project.workspace import Workspace


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An empty repository."""
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    return tmp_path


def commit(root: Path, name: str) -> Path:
    path = root / name
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.touch(0o600)
    subprocess.run(["git", "add", "-f", name], cwd=root, check=True)
    return path


def test_a_folder_px_that_is_a_link_is_refused(root: Path) -> None:
    """px would write its tokens into a folder that is committed."""
    (root / "docs").mkdir()
    (root / ".px").symlink_to("docs")

    with pytest.raises(Usage, match="it is a link"):
        owner_only.replace(owner_only.make_folder(root / ".px") / "root.json", b"token")

    assert list((root / "docs").iterdir()) == []


@pytest.mark.parametrize("name", [".px/worker.log", ".px/python_modules.stamp"])
def test_a_folder_px_that_git_tracks_is_refused(root: Path, name: str) -> None:
    """Any of its files may be a link to elsewhere."""
    commit(root, name)

    with pytest.raises(Usage, match="git tracks") as caught:
        owner_only.make_folder(root / ".px")

    assert name in caught.value.hint


def test_a_recovery_file_may_be_tracked(root: Path) -> None:
    """It is under a passphrase."""
    commit(root, ".px/recovery-w.json")

    assert owner_only.make_folder(root / ".px") == root / ".px"


def test_a_stamp_that_git_tracks_is_not_believed(root: Path) -> None:
    """It would say that px has tried what it never saw."""
    path = commit(root, ".px/snapshot.stamp")
    path.write_text("sources")

    with pytest.raises(Usage, match="git tracks it"):
        stamp.is_fresh(path, "sources")


def test_packages_that_git_tracks_are_not_uploaded(root: Path) -> None:
    """Even with a stamp of px's own: no pin says what is in them."""
    project = Workspace(root)
    project.requirements.parent.mkdir()
    project.requirements.touch()
    commit(root, "python_modules/evil.py")
    stamp.mark(
        owner_only.make_folder(project.private) / "python_modules.stamp", vendor._sources(project)
    )

    with pytest.raises(Usage, match=r"git tracks .*evil"):
        vendor.ensure_modules(project)
