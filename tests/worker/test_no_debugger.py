"""No Worker on this machine opens a debugger: it would show keys, token and values to any user."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from px.local.bare import BareWorker
from px.project.workspace import Workspace
from support.listeners import debuggers, listening_ports
from support.stored import local_worker
from worker.assembly import assemble_harness, assemble_project
from worker.local_project import run_px_dev
from worker.main_worker import Secrets

# Yields the process group.
Start = Callable[[Workspace, Path], AbstractContextManager[int]]


@contextmanager
def px_dev(project: Workspace, folder: Path) -> Iterator[int]:
    """`px dev`, as a user and the demo start it."""
    with run_px_dev(project, folder) as local:
        yield local.worker_group()


@contextmanager
def project_worker(project: Workspace, folder: Path) -> Iterator[int]:
    config = assemble_project(folder, Secrets().variables)
    with _local(project, folder, config) as group:
        yield group


@contextmanager
def harness(project: Workspace, folder: Path) -> Iterator[int]:
    with _local(project, folder, assemble_harness(folder)) as group:
        yield group


@contextmanager
def bare(project: Workspace, folder: Path) -> Iterator[int]:
    """workerd alone, as the benchmarks and the deploy tests start it."""
    with BareWorker(project, secrets=Secrets().variables) as worker:
        assert worker.group_id
        yield worker.group_id


@contextmanager
def _local(project: Workspace, folder: Path, config: Path) -> Iterator[int]:
    with local_worker(project, config, folder) as worker:
        assert worker.group_id
        yield worker.group_id


@pytest.mark.parametrize("start", [px_dev, project_worker, harness, bare])
def test_no_port_of_a_worker_answers_as_a_debugger(
    project: Workspace, tmp_path: Path, start: Start
) -> None:
    """Neither to a plain request nor to a WebSocket's handshake, whatever its Origin.

    Nor does wrangler leave a file that would lead another Worker on this machine to this one.
    """
    with start(project, tmp_path) as group:
        ports = listening_ports(group)
        found = {port: debuggers(port) for port in ports}

    assert ports
    assert not any(found.values()), found
    assert not list((project.private / "home").rglob("registry"))
