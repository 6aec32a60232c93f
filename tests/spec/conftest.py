"""Servers that are right, each started once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from px.testing.dev_server import TestDevServer
from spec import hosts
from spec.hosts import Host


@pytest.fixture(scope="session")
def dev_server() -> Iterator[TestDevServer]:
    with TestDevServer() as server:
        yield server


@pytest.fixture(scope="session")
def cpython_host() -> Iterator[Host]:
    with hosts.cpython_host() as host:
        yield host


@pytest.fixture(scope="session")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with hosts.worker(tmp_path_factory.mktemp("worker")) as host:
        yield host
