"""What `px brain ... --json` prints is as cli/px/schemas says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, FormatChecker

import px
from px.testing import TestDevServer
from support.brains import BRAINS
from support.px_in_process import PxInProcess

SCHEMAS = Path(px.__file__).parent / "schemas"


@pytest.fixture
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[PxInProcess]:
    with TestDevServer(BRAINS) as server:
        server.seed({"API_KEY": "a value"})
        yield PxInProcess(tmp_path, server.environment, capsys, monkeypatch)


def conforms(command: str, text: str) -> None:
    """Each line of it is a document that the command's schema allows."""
    schema = json.loads((SCHEMAS / f"{command.replace(' ', '-')}.json").read_text())
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    assert text
    for line in text.splitlines():
        validator.validate(json.loads(line))


def test_brains(here: PxInProcess) -> None:
    """The list, and a brain with one inside."""
    conforms("brain list", here.run("brain", "list", "--json").stdout)
    conforms("brain show", here.run("brain", "show", BRAINS[0].title, "--json").stdout)


def test_runs(here: PxInProcess) -> None:
    """A run that fails, its events, its status, and a rerun of it."""
    started = here.run("brain", "run", "failing", "--json").stdout
    run = json.loads(started)["brainRunId"]
    watched = here.run("brain", "watch", run, "--json").stdout
    again = here.run("brain", "rerun", run, "--from", "2", "--json").stdout
    rerun = json.loads(again)["brainRunId"]

    conforms("brain run", started)
    conforms("brain run", here.run("brain", "run", "using", "--watch", "--json").stdout)
    conforms("brain watch", watched)
    conforms("brain status", here.run("brain", "status", run, "--json").stdout)
    conforms("brain rerun", again)
    conforms("brain rerun", here.run(*f"brain rerun {run} --from 2 --watch --json".split()).stdout)
    conforms("brain status", here.run("brain", "status", rerun, "--json").stdout)


def test_a_schema_refuses_what_it_does_not_say() -> None:
    """Else the other tests could not fail."""
    schema = json.loads((SCHEMAS / "brain-status.json").read_text())

    assert not Draft202012Validator(schema).is_valid({"brainRunId": "x"})
