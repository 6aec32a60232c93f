"""A revision of this repository, laid out in a folder of its own and made ready to run."""

from __future__ import annotations

import contextlib
import filecmp
import io
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from px.local.setup import set_up
from px.project.workspace import Workspace

# What is made from which lockfile: lent when all are the same.
MADE_FROM: Final = {
    ".venv": "requirements/dev.txt",
    "python_modules": "requirements/worker.txt",
}


@dataclass(frozen=True, slots=True)
class Checkout:
    """One side of a comparison: its Worker, and how its px starts."""

    project: Workspace

    @property
    def px(self) -> list[str | Path]:
        """px of this folder's source, whichever one the environment has installed."""
        start = "import sys; from px.app import main; sys.exit(main())"
        return [self.project.root / ".venv" / "bin" / "python", "-c", start]

    @property
    def environment(self) -> dict[str, str]:
        return {"PYTHONPATH": f"{self.project.root / 'cli'}:{self.project.worker}"}


@contextlib.contextmanager
def checked_out(here: Workspace, revision: str) -> Iterator[Checkout]:
    """What git has under that revision; removed at the end."""
    with tempfile.TemporaryDirectory(prefix="px-revision.") as name:
        there = Workspace(Path(name).resolve())
        _extract(here, revision, there.root)
        _make_ready(here, there)
        yield Checkout(there)


def _extract(here: Workspace, revision: str, folder: Path) -> None:
    git = ["git", "-C", str(here.root), "archive", "--format=tar", revision]
    done = subprocess.run(git, capture_output=True, check=False)
    if done.returncode:
        raise SystemExit(f"git archive {revision} failed: {done.stderr.decode().strip()}")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(folder, filter="data")


def _make_ready(here: Workspace, there: Workspace) -> None:
    if all(_is_same(here.root / lock, there.root / lock) for lock in MADE_FROM.values()):
        for made in MADE_FROM:
            (there.root / made).symlink_to(here.root / made)
    else:
        make = shutil.which("make") or "make"
        subprocess.run([make, "setup"], cwd=there.root, stdout=sys.stderr, check=True)
    set_up(there, lambda line: print(line, file=sys.stderr))


def _is_same(one: Path, other: Path) -> bool:
    return filecmp.cmp(one, other, shallow=False)
