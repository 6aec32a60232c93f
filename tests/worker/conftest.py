"""Workers that the tests share: each is started once, as starting takes seconds."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import httpx
import pytest

from px.local.server import LocalWorker
from px.local.setup import set_up
from px.project.workspace import Workspace
from support.installed_px import InstalledPx, install
from support.package_index import package_index
from support.px_process import Px
from support.stored import local_worker, store
from worker.assembly import PROJECT, assemble_harness, assemble_project
from worker.harness import Harness
from worker.local_project import LocalProject, run_px_dev
from worker.main_worker import MainWorker, ProjectApi, Secrets

_numbers = count()


@pytest.fixture(scope="session")
def project() -> Workspace:
    """The checkout, with everything made that a local Worker needs, and its memory stored."""
    set_up(PROJECT, print)
    store(PROJECT, PROJECT.config)
    return PROJECT


@pytest.fixture(scope="session")
def harness(project: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harness]:
    """The test Worker, on an empty KV."""
    folder = tmp_path_factory.mktemp("harness")
    config = assemble_harness(folder)
    store(project, config)
    with local_worker(project, config, folder) as worker, _client(worker) as client:
        yield Harness(client)


@pytest.fixture(scope="session")
def main_worker(
    project: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MainWorker]:
    """The project's own Worker, on an empty KV, with fresh keys and a fresh token."""
    folder, secrets = tmp_path_factory.mktemp("main"), Secrets()
    config = assemble_project(folder, secrets.variables)
    with local_worker(project, config, folder) as worker, _client(worker) as client:
        yield MainWorker(client, secrets, worker.persist, worker.log_path)


@pytest.fixture
def api(main_worker: MainWorker) -> ProjectApi:
    """A project of this test alone, on the shared Worker."""
    return ProjectApi(main_worker, f"p{next(_numbers)}")


@pytest.fixture
def other_api(main_worker: MainWorker) -> ProjectApi:
    """Another project of this test alone, on the same Worker."""
    return ProjectApi(main_worker, f"p{next(_numbers)}")


@pytest.fixture(scope="session")
def local(project: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalProject]:
    """A throw-away project with `px dev` running in it."""
    with run_px_dev(project, tmp_path_factory.mktemp("local")) as running:
        yield running


@pytest.fixture(scope="session")
def installed_px(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InstalledPx]:
    """px's wheel in an environment of its own, beside an index with strangers of our names."""
    with package_index() as index:
        yield install(tmp_path_factory.mktemp("installed"), index)


@pytest.fixture
def px(api: ProjectApi, tmp_path: Path) -> Px:
    """px, told of this test's project on the shared Worker."""
    return Px(tmp_path, api.px_environment)


def _client(worker: LocalWorker) -> httpx.Client:
    return httpx.Client(base_url=worker.url, timeout=120, trust_env=False)
