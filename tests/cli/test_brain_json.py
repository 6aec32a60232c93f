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
from support.px_here import Here

SCHEMAS = Path(px.__file__).parent / "schemas"


@pytest.fixture
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Here]:
    monkeypatch.chdir(tmp_path)
    with TestDevServer(BRAINS) as server:
        server.seed({"API_KEY": "a value"})
        for name, text in server.environment.items():
            monkeypatch.setenv(name, text)
        yield Here(monkeypatch, capsys)


def conforms(command: str, text: str) -> None:
    """Each line of it is a document that the command's schema allows."""
    schema = json.loads((SCHEMAS / f"{command.replace(' ', '-')}.json").read_text())
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    assert text
    for line in text.splitlines():
        validator.validate(json.loads(line))


def test_brains(here: Here) -> None:
    """The list, and a brain with one inside."""
    conforms("brain list", here.run("brain", "list", "--json").out)
    conforms("brain show", here.run("brain", "show", BRAINS[0].title, "--json").out)


def test_runs(here: Here) -> None:
    """A run that fails, its events, its status, and a rerun of it."""
    started = here.run("brain", "run", "failing", "--json").out
    run = json.loads(started)["brainRunId"]
    watched = here.run("brain", "watch", run, "--json").out
    again = here.run("brain", "rerun", run, "--from", "2", "--json").out
    rerun = json.loads(again)["brainRunId"]

    conforms("brain run", started)
    conforms("brain run", here.run("brain", "run", "using", "--watch", "--json").out)
    conforms("brain watch", watched)
    conforms("brain status", here.run("brain", "status", run, "--json").out)
    conforms("brain rerun", again)
    conforms("brain rerun", here.run(*f"brain rerun {run} --from 2 --watch --json".split()).out)
    conforms("brain status", here.run("brain", "status", rerun, "--json").out)


def test_a_schema_refuses_what_it_does_not_say() -> None:
    """Else the other tests could not fail."""
    schema = json.loads((SCHEMAS / "brain-status.json").read_text())

    assert not Draft202012Validator(schema).is_valid({"brainRunId": "x"})
