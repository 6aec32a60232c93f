"""Brain files that cannot be imported, in the real runtime: what their author is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from px.local import snapshot
from px.local.scratch import make_scratch
from px.project.workspace import Workspace
from support.broken_brains import BROKEN, Broken


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_a_brain_that_cannot_be_imported_names_its_authors_line(
    project: Workspace, tmp_path: Path, broken: Broken
) -> None:
    """File, line and error, wherever it was raised; never a library's line."""
    scratch = make_scratch(project, tmp_path / "scratch")
    for name, content in broken.files.items():
        (scratch.worker / "brains" / name).write_bytes(content)

    with pytest.raises(snapshot.SnapshotRefused) as caught:
        snapshot.check(project, scratch.config)

    start = "the Worker's top level cannot be stored: "
    assert caught.value.message.startswith(start + broken.sentence), caught.value.message


def test_a_brain_may_have_the_name_of_a_standard_module(project: Workspace, tmp_path: Path) -> None:
    """`brains/json.py` hides nothing."""
    scratch = make_scratch(project, tmp_path / "scratch")
    (scratch.worker / "brains" / "json.py").write_text("import json\n\njson.dumps({})\n")

    snapshot.check(project, scratch.config)
