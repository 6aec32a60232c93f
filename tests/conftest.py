"""What every tier shares: an end for a test that hangs, and the real API on loopback."""

from __future__ import annotations

import signal
from collections.abc import Generator, Iterator
from typing import Final

import pytest

from px.testing.dev_server import TestDevServer

LIMIT: Final = 600  # seconds; the slowest test takes two and a half minutes on two busy cores


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """A test that hangs fails with its name and stack, and the run continues."""

    marked = item.get_closest_marker("limit")
    limit = int(marked.args[0]) if marked else LIMIT

    def fail(*_: object) -> None:
        pytest.fail(f"{item.nodeid} did not end within {limit} seconds")

    signal.signal(signal.SIGALRM, fail)
    signal.alarm(limit)
    try:
        return (yield)
    finally:
        signal.alarm(0)


@pytest.fixture(scope="session", autouse=True)
def _heed_signals() -> None:
    """px leaves a signal ignored that its caller ignores, as `nohup make test &` does."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)


@pytest.fixture(scope="session")
def _running() -> Iterator[TestDevServer]:
    with TestDevServer() as running:
        yield running


@pytest.fixture
def server(_running: TestDevServer) -> TestDevServer:
    """The real API on loopback, as new for each test."""
    _running.reset()
    return _running
