"""`px brain list | show | run | status | rerun`."""

from __future__ import annotations

from pathlib import Path

import pytest

from px.testing import TestDevServer
from support.px_here import Here
from support.px_process import CANARY


@pytest.fixture
def here(
    server: TestDevServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Here:
    monkeypatch.chdir(tmp_path)
    for name, text in server.environment.items():
        monkeypatch.setenv(name, text)
    return Here(monkeypatch, capsys)


@pytest.mark.parametrize(
    "words",
    [
        ["run", ""],
        ["run", "example", "-o", CANARY],
        ["run", "example", "-o", f"={CANARY}"],
        ["run", "example", "-o", "a=1", "-o", f"a={CANARY}"],
        ["run", "example", "--state-json", CANARY],
        ["run", "example", "--state-json", f'["{CANARY}"]'],
        ["run", "example", "--state-json", f"@{CANARY}"],
        ["run", "example", "--state-json", "-"],
        ["run", "example", "--end-after", "0"],
        ["run", "example", CANARY],
        ["show", ""],
        ["watch", f"../{CANARY}"],
        ["status", f"a b {CANARY}"],
        ["rerun", "run-1"],
        ["rerun", "run-1", "--from", "0"],
        ["rerun", "run-1", "--from", CANARY],
        ["rerun", "run-1", "--from", "3", "--stop-after", "2"],
        ["rerun", f"/{CANARY}", "--from", "1"],
    ],
)
def test_what_cannot_be_asked_is_usage(here: Here, server: TestDevServer, words: list[str]) -> None:
    """Exit code 2, nothing sent, and nothing repeated: it may be a secret in the wrong place."""
    done = here.run("brain", *words)

    assert (done.code, done.out, server.calls) == (2, "", [])
    assert CANARY not in done.err
    assert done.err.startswith("error: ")
