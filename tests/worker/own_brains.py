"""A Worker with a test's own brains, which can be killed and started again at the same address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from px.local.port import free_port
from px.local.server import LocalWorker
from px.project.workspace import Workspace
from support.px_process import Px
from support.stored import local_worker
from worker.assembly import assemble_project
from worker.main_worker import Secrets


@dataclass(frozen=True, slots=True)
class BrainWorker:
    """The running Worker; `folder` holds its sources, its state and its log."""

    worker: LocalWorker
    folder: Path
    secrets: Secrets

    @property
    def px(self) -> Px:
        """px in an empty folder, told where the Worker is."""
        home = self.folder / "px"
        home.mkdir(exist_ok=True)
        return Px(home, {"PX_URL": self.worker.url, "PX_TOKEN": self.secrets.token})


@contextmanager
def run_brains(project: Workspace, folder: Path, files: Mapping[str, str]) -> Iterator[BrainWorker]:
    """The project's Worker with these files in worker/brains/."""
    secrets = Secrets()
    config = assemble_project(folder, secrets.variables)
    (folder / "worker" / "brains").mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / "worker" / "brains" / name).write_text(text)
    with local_worker(project, config, folder, port=free_port()) as worker:
        yield BrainWorker(worker, folder, secrets)
