"""What `px brain ... --json` prints is as cli/px/schemas says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import ValidationError

from px.testing.dev_server import TestDevServer
from support import schemas
from support.brains import BRAINS
from support.px_in_process import PxInProcess


@pytest.fixture
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[PxInProcess]:
    with TestDevServer(BRAINS) as server:
        server.seed({"API_KEY": "a value"})
        yield PxInProcess(tmp_path, server.environment, capsys, monkeypatch)


def lines_conform(command: str, text: str) -> None:
    """Each line of it is a document that the command's schema allows."""
    assert text
    for line in text.splitlines():
        schemas.conforms(command, json.loads(line))


def test_brains(here: PxInProcess) -> None:
    """The list, and a brain with one inside."""
    lines_conform("brain list", here.run("brain", "list", "--json").stdout)
    lines_conform("brain show", here.run("brain", "show", BRAINS[0].title, "--json").stdout)


def test_runs(here: PxInProcess) -> None:
    """A run that fails, its events, its status, and a rerun of it."""
    started = here.run("brain", "run", "failing", "--json").stdout
    run = json.loads(started)["brainRunId"]
    watched = here.run("brain", "watch", run, "--json").stdout
    again = here.run("brain", "rerun", run, "--from", "2", "--json").stdout
    rerun = json.loads(again)["brainRunId"]

    lines_conform("brain run", started)
    lines_conform("brain run", here.run("brain", "run", "using", "--watch", "--json").stdout)
    lines_conform("brain watch", watched)
    lines_conform("brain status", here.run("brain", "status", run, "--json").stdout)
    lines_conform("brain rerun", again)
    lines_conform(
        "brain rerun", here.run(*f"brain rerun {run} --from 2 --watch --json".split()).stdout
    )
    lines_conform("brain status", here.run("brain", "status", rerun, "--json").stdout)


def test_a_schema_refuses_what_it_does_not_say() -> None:
    """Else the other tests could not fail."""
    with pytest.raises(ValidationError):
        schemas.conforms("brain status", {"brainRunId": "x"})
