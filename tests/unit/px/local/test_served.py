"""What `px dev --with` writes for workerd has the project's keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from px.commands.dev import _Output
from px.errors import Usage
from px.local.dev import run
from px.local.scratch import make_scratch
from px.project.workspace import Workspace
from support.source import ROOT


def test_what_a_killed_px_dev_left_is_removed_by_the_next_one(tmp_path: Path) -> None:
    """Even by one that does not start."""
    project = make_scratch(Workspace(ROOT), tmp_path / "secrets")
    left = project.own("served") / "config.capnp"
    left.parent.mkdir(parents=True)
    left.write_text("MASTER_KEYS")
    output = _Output(verbose=False, as_json=True)
    nowhere = [tmp_path / "nowhere.toml"]

    with pytest.raises(Usage, match="nowhere"):
        run(project, 8787, output.push, output.adopt, output.asked, output, nowhere)

    assert not left.exists()
