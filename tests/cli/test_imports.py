"""A command loads only what it needs: what is imported is looked at, not the time it takes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from typing import Final

import pytest

from px.testing.dev_server import TestDevServer
from support.px_process import Px
from support.source import CLI, modules, relative, top_level_names

# Each costs more than px's own code does.
HEAVY: Final = {
    *("pydantic", "pydantic_core", "jsonpatch", "cryptography", "uvicorn"),
    *("click", "rich", "pygments", "dotenv", "tenacity", "asyncio", "anyio._core"),
    *("px.local", "px.spec", "px.testing.dev_server", "importlib.metadata", "typer.rich_utils"),
}
NO_REQUEST: Final = HEAVY | {"httpx", "httpcore", "ssl", "socket"}


def imported(px: Px, *arguments: str, environment: Mapping[str, str] | None = None) -> set[str]:
    """Every module that Python loads, by its own account."""
    more = {"PYTHONPROFILEIMPORTTIME": "1", **(environment or {})}
    done = px.run(*arguments, environment=more)

    return _modules(done.stderr)


def _modules(report: str) -> set[str]:
    lines = [line for line in report.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip() for line in lines}


def test_the_version_loads_nothing(px: Px) -> None:
    """`px --version` imports px's front door and what any Python starts with."""
    bare = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "pass"],
        capture_output=True,
        check=True,
        text=True,
        env={},
    )

    assert imported(px, "--version") - _modules(bare.stderr) <= {*("px", "px.app", "__future__")}


@pytest.mark.parametrize("command", ["secret list", "secret exists A", "secret delete A --yes"])
def test_a_request_loads_httpx_and_no_more(px: Px, server: TestDevServer, command: str) -> None:
    """Neither pydantic nor rich nor an event loop: typer and httpx bring them when they may."""
    server.seed({"A": "x"})

    found = imported(px, *command.split())

    assert {"px.http.transport", "httpx"} <= found
    assert found & HEAVY == set()


def test_px_takes_httpx_without_its_command_line() -> None:
    """Whichever module asks for httpx first decides; TestDevServer is for tests."""
    direct = [path for path in modules(CLI) if "httpx" in top_level_names(path)]

    assert {relative(path) for path in direct} == {
        "cli/px/http/lean_httpx.py",
        "cli/px/testing/dev_server.py",
    }


def test_what_cannot_be_asked_loads_no_http(px: Px) -> None:
    """A refusal before the request costs no HTTP client."""
    found = imported(px, "secret", "list", environment={"PX_URL": "https://h.dev", "PX_TOKEN": ""})

    assert "px.settings" in found
    assert found & NO_REQUEST == set()


@pytest.mark.parametrize("command", ["--help", "secret --help", "secret create --help"])
def test_help_loads_no_http(px: Px, command: str) -> None:
    """Help is text."""
    found = imported(px, *command.split())

    assert "typer" in found
    assert found & NO_REQUEST == set()
