"""What a local Worker keeps is for its owner alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from px.local.server import keep_from_others


@pytest.mark.parametrize("mode", [None, 0o755, 0o775])
def test_its_state_is_kept_from_others(tmp_path: Path, mode: int | None) -> None:
    """A new folder, and one that an older px made."""
    state = tmp_path / ".wrangler" / "state"
    if mode is not None:
        state.mkdir(parents=True)
        state.chmod(mode)
    keep_from_others(state)

    assert state.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("link", [".wrangler", ".wrangler/state"])
def test_nothing_is_changed_through_a_link(tmp_path: Path, link: str) -> None:
    """It may have come with a checkout, and lead anywhere."""
    folders = [tmp_path / "elsewhere", tmp_path / "elsewhere" / "state"]
    for folder in folders:
        folder.mkdir()
        folder.chmod(0o755)
    path = tmp_path / "project" / link
    path.parent.mkdir(parents=True)
    path.symlink_to(folders[0])
    keep_from_others(tmp_path / "project" / ".wrangler" / "state")

    assert {folder.stat().st_mode & 0o777 for folder in folders} == {0o755}
