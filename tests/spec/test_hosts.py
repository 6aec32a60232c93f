"""Every host of the API keeps every promise, and is as empty afterwards as before."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from positronic.ledger.sqlite import SqliteLedger
from positronic.ledger.sqlite_file import SqliteFile
from positronic.names import Project
from px.http.address import parse_address
from px.spec.checks import PROMISES
from px.spec.promises import Level, select
from px.spec.run import run
from px.spec.target import SpecTarget
from px.testing.dev_server import TestDevServer
from spec.hosts import Host, leftovers
from spec.house import House
from spec.trying import broken, tried
from support.hosting import hosted


def host_of(server: TestDevServer) -> Host:
    return Host(server.url, server.token)


def test_ledgers_in_memory() -> None:
    """A host whose projects have ledgers in memory keeps every promise, through httpx alone."""
    outcomes = tried(House().target())

    assert broken(outcomes) == []
    assert len(outcomes) == len(PROMISES)


def test_ledgers_on_sqlite(tmp_path: Path) -> None:
    """A host whose projects have ledgers in SQLite files keeps every promise."""
    files: list[SqliteFile] = []

    def opened(project: Project) -> SqliteLedger:
        files.append(SqliteFile(str(tmp_path / f"{project}.db")))
        return SqliteLedger(files[-1], os.urandom)

    outcomes = tried(House(open_ledger=opened).target())
    for file in files:
        file.close()

    assert broken(outcomes) == []


def test_dev_server_in_process(dev_server: TestDevServer) -> None:
    """TestDevServer's own httpx transport leads to the same server."""
    target = SpecTarget(
        parse_address("http://127.0.0.1:1"), dev_server.token, transport=dev_server.transport()
    )

    assert broken(tried(target, only="secrets")) == []


def test_dev_server(dev_server: TestDevServer) -> None:
    """TestDevServer on a loopback port keeps every promise."""
    host = host_of(dev_server)

    assert broken(tried(host.target)) == []
    assert leftovers(host) == []


def test_cpython_host(cpython_host: Host) -> None:
    """The API under uvicorn in a process of its own keeps every promise."""
    assert broken(tried(cpython_host.target)) == []
    assert leftovers(cpython_host) == []


def test_px_serve(tmp_path: Path) -> None:
    """`px serve` itself, with SQLite ledgers in its data folder, keeps every promise."""
    with hosted(tmp_path) as running:
        host = Host(running.url, running.token)
        outcomes = tried(host.target)

        assert broken(outcomes) == []
        assert len(outcomes) == len(PROMISES)
        assert leftovers(host) == []
        assert [one for one in running.lines() if one["level"] != "info"] == []


def test_worker(worker: Host) -> None:
    """The Worker in workerd, on local KV, keeps every promise."""
    assert broken(tried(worker.target)) == []
    assert leftovers(worker) == []


@pytest.mark.parametrize("level", Level)
def test_two_suites_at_once(cpython_host: Host, level: Level) -> None:
    """Two suites at the same time, at level seed in the same project, do not disturb each other."""

    async def both() -> list[list[str]]:
        promises = select(PROMISES, level)
        runs = [run(cpython_host.target, promises, level=level) for _ in range(2)]
        return [broken(outcomes) for outcomes in await asyncio.gather(*runs)]

    assert asyncio.run(both()) == [[], []]
    assert leftovers(cpython_host) == []


def test_among_others_secrets(dev_server: TestDevServer) -> None:
    """A run in a project that is in use touches nothing that it did not make."""
    dev_server.seed({"bulk": "x", "a": "x", "SPEC": "x"}, "in-use")
    target = SpecTarget(parse_address(dev_server.url), dev_server.token, "in-use")
    outcomes = tried(target)
    left = dev_server.values("in-use")
    dev_server.reset()

    assert broken(outcomes) == []
    assert left == {"bulk": "x", "a": "x", "SPEC": "x"}
