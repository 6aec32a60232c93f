"""`px secret require`: for CI, whether everything is there."""

from __future__ import annotations

import json

import pytest

from px.testing import faults
from px.testing.dev_server import TestDevServer
from support.px_in_process import PxInProcess
from support.px_process import CANARY


@pytest.fixture(autouse=True)
def stored(server: TestDevServer) -> None:
    server.seed({"A": CANARY, "B": CANARY})


def test_all_there(here: PxInProcess, server: TestDevServer) -> None:
    """Exit code 0, nothing on stdout, and one question however many names."""
    done = here.run("secret", "require", "A", "B", "A")

    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "2 secrets required, none missing\n"
    assert [call.method for call in server.calls] == ["GET"]


def test_what_is_missing_is_data(here: PxInProcess) -> None:
    """Exit code 1, the missing names alone on stdout in the order asked, a sentence on stderr."""
    done = here.run("secret", "require", "Z", "A", "M")

    assert (done.returncode, done.stdout) == (1, "Z\nM\n")
    assert done.stderr.startswith("error: 2 of 3 secrets are missing\n")


def test_json(here: PxInProcess) -> None:
    """One document with both groups, and the same exit code."""
    done = here.run("secret", "require", "A", "Z", "--json")

    assert (done.returncode, done.stderr) == (1, "")
    assert json.loads(done.stdout) == {"present": ["A"], "missing": ["Z"]}


@pytest.mark.parametrize(
    ("content", "missing"),
    [
        ("A=\nexport B=x\n# C=\n", ""),
        ("A=\nC=\nA=\n", "C\n"),
        ('{"A": "", "C": "x"}', "C\n"),
    ],
)
def test_names_from_an_example_file(here: PxInProcess, content: str, missing: str) -> None:
    """Its names count, its values need not be there."""
    (here.folder / "example").write_text(content)

    assert here.run("secret", "require", "--from", "example").stdout == missing


def test_a_file_and_arguments_add_up(here: PxInProcess) -> None:
    """What is typed comes first."""
    (here.folder / "example").write_text("Y=\nA=\n")

    assert here.run("secret", "require", "X", "--from", "example").stdout == "X\nY\n"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["9A"],
        ["A", f"{CANARY}-"],
        ["--from", CANARY],
        ["--from", "bad"],
        ["--from", "empty"],
        ["--from", ".env.deploy"],
    ],
)
def test_what_cannot_be_asked_is_not_sent(
    here: PxInProcess, server: TestDevServer, arguments: list[str]
) -> None:
    """No name, a bad name, a file without names: exit code 2, nothing sent, nothing repeated."""
    (here.folder / "bad").write_text(f"A=\n{CANARY}\nA-B=\n")
    (here.folder / "empty").touch()
    (here.folder / ".env.deploy").write_text("A=\n")

    done = here.run("secret", "require", *arguments)

    assert (done.returncode, done.stdout, server.calls) == (2, "", [])
    assert CANARY not in done.stderr


def test_a_server_that_fails_is_not_a_no(here: PxInProcess, server: TestDevServer) -> None:
    """Not known is not missing: the exit code is the server's failure, and stdout is empty."""
    server.fail_next(faults.web_page(500))

    done = here.run("secret", "require", "A")

    assert (done.returncode, done.stdout) == (5, "")
