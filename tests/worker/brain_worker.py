"""The project's own Worker with brains of the tests: runs started, watched, looked at."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import httpx

from px.local.server import LocalWorker
from px.project.workspace import Workspace
from support.stored import local_worker, store
from worker.assembly import assemble_project
from worker.main_worker import MainWorker, ProjectApi, Secrets

FILES: Final = Path(__file__).with_name("brain_files")
MARK: Final = "[secret:"


class Watched(NamedTuple):
    """A stream to its end: ids, events, and all bytes of it with its headers."""

    ids: list[int]
    events: list[dict[str, Any]]
    raw: bytes

    @property
    def types(self) -> list[str]:
        return [event["type"] for event in self.events]


@dataclass(frozen=True, slots=True)
class Brains:
    """The runs of one project on a running Worker."""

    api: ProjectApi

    def start(self, title: str, **more: object) -> str:
        answer = self.api.call("POST", "/brains/runs", json={"identifier": title, **more})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["brainRunId"])

    def rerun(self, run_id: str, starts_at: int) -> str:
        sent = {"runId": run_id, "startsAt": starts_at}
        answer = self.api.call("POST", "/brains/runs/rerun", json=sent)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["brainRunId"])

    def watch(self, run_id: str) -> Watched:
        """Until the run ends."""
        answer = self.api.call("GET", f"/brains/runs/{run_id}/watch")
        assert answer.status_code == 200, answer.text
        blocks = [one.split("\n") for one in answer.text.split("\n\n") if one and one[0] != ":"]
        return Watched(
            [int(block[0].removeprefix("id: ")) for block in blocks],
            [json.loads(block[1].removeprefix("data: ")) for block in blocks],
            answer.content + str(answer.headers.raw).encode(),
        )

    def look(self, run_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.api.call("GET", f"/brains/runs/{run_id}").json()
        return found

    def ran(self, title: str, **more: object) -> dict[str, Any]:
        """A run that has ended."""
        run_id = self.start(title, **more)
        self.watch(run_id)
        return self.look(run_id)


@dataclass(frozen=True, slots=True)
class BrainProject:
    """A folder with the project's Worker and brains in it; it can be served again and again."""

    project: Workspace
    folder: Path
    secrets: Secrets

    def worker(self) -> LocalWorker:
        return local_worker(self.project, self.folder / "wrangler.toml", self.folder)

    @contextmanager
    def serve(self) -> Iterator[tuple[LocalWorker, MainWorker]]:
        with (
            self.worker() as worker,
            httpx.Client(base_url=worker.url, timeout=120, trust_env=False) as client,
        ):
            yield worker, MainWorker(client, self.secrets, worker.persist, worker.log_path)


def brain_project(project: Workspace, folder: Path) -> BrainProject:
    """With the brain files and no brain of the project's: all, so that one memory is stored."""
    secrets = Secrets()
    config = assemble_project(folder, secrets.variables)
    brains = folder / "worker" / "brains"
    shutil.rmtree(brains, ignore_errors=True)
    shutil.copytree(FILES, brains, ignore=shutil.ignore_patterns("__pycache__"))
    store(project, config)
    return BrainProject(project, folder, secrets)
