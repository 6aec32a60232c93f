"""px against the real API on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from px.testing.dev_server import TestDevServer
from support.brains import BRAINS
from support.px_in_process import PxInProcess
from support.px_process import Px


@pytest.fixture(scope="module")
def with_brains() -> Iterator[TestDevServer]:
    """The API with the brains of `support.brains`."""
    with TestDevServer(BRAINS) as running:
        yield running


@pytest.fixture
def px(server: TestDevServer, tmp_path: Path) -> Px:
    """px, told where the server is."""
    return Px(tmp_path, server.environment)


@pytest.fixture
def here(
    server: TestDevServer,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> PxInProcess:
    """The same in this process: for what needs no stream, signal or terminal of its own."""
    return PxInProcess(tmp_path, server.environment, capsys, monkeypatch)
