"""Brain files that cannot be imported, in the real runtime: what their author is told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from px.local import snapshot, start_failure
from px.local.runtime_config import GATE, write_config
from px.local.scratch import make_scratch
from px.local.workerd import run_workerd, workerd_command
from px.project.workspace import Workspace
from support.broken_brains import BROKEN, Broken
from worker.main_worker import Secrets

# What px reads in the runtime's own words: a traceback with a traceback in it, with several
# exceptions, and with no frame of the author's.
READ_WHOLE: Final = ("look-alike", "group", "not closed")


def write_brains(folder: Path, broken: Broken) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in broken.files.items():
        (folder / name).write_bytes(content)


@pytest.fixture(scope="module")
def printed(project: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """Each case's traceback, from the top level of one Worker that tried them all."""
    folder = tmp_path_factory.mktemp("broken")
    scratch = make_scratch(project, folder / "scratch")
    entry = Path(__file__).with_name("broken_brains_entry.py")
    (scratch.worker / "entry.py").write_bytes(entry.read_bytes())
    for number, broken in enumerate(BROKEN):
        write_brains(scratch.worker / "cases" / f"{number:02}" / "brains", broken)
    config = write_config(project, folder, Secrets().variables, config=scratch.config)
    save = ["--python-snapshot-dir", str(folder), "--python-save-snapshot"]
    _, said = run_workerd([*workerd_command("test", config), GATE, *save], 120, "them")
    _, *parts = re.split(r"^case (\d\d):$", said, flags=re.MULTILINE)
    return {BROKEN[int(number)].name: text for number, text in zip(*[iter(parts)] * 2, strict=True)}


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_a_brain_that_cannot_be_imported_names_its_authors_line(
    printed: Mapping[str, str], broken: Broken
) -> None:
    """File, line and error, wherever it was raised; never a library's line."""
    failure = start_failure.find(printed[broken.name])

    assert failure
    assert failure.sentence.startswith(broken.sentence), failure.sentence


@pytest.mark.parametrize("name", READ_WHOLE)
def test_the_gate_tells_the_author(project: Workspace, tmp_path: Path, name: str) -> None:
    """The same sentence, from the gate before a deploy."""
    (broken,) = [one for one in BROKEN if one.name == name]
    scratch = make_scratch(project, tmp_path / "scratch")
    write_brains(scratch.worker / "brains", broken)

    with pytest.raises(snapshot.SnapshotRefused) as caught:
        snapshot.check(project, scratch.config)

    start = "the state of the Worker's top level cannot be stored: "
    assert caught.value.message.startswith(start + broken.sentence), caught.value.message


def test_a_brain_may_have_the_name_of_a_standard_module(project: Workspace, tmp_path: Path) -> None:
    """`brains/json.py` hides nothing."""
    scratch = make_scratch(project, tmp_path / "scratch")
    (scratch.worker / "brains" / "json.py").write_text("import json\n\njson.dumps({})\n")

    snapshot.check(project, scratch.config)
