"""Every command's --json: one document, as `px schema COMMAND` says, in success and in failure.

A new command adds its schema to cli/px/schemas and a line to CASES, or calls `conforms` in a test
of its own where it needs more than a server with one secret and one token.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Final

import pytest

from positronic.names import parse_app, parse_name, parse_token_name
from px import app
from px.api.client import Client
from px.api.grants import Grants
from px.api.tokens import Tokens
from px.commands.dev import _Output
from px.local.apps import AppAddress
from px.schemas import known, text
from px.settings import make_target
from px.testing import faults
from px.testing.dev_server import TestDevServer
from support.command_tree import LEAVES
from support.schemas import conforms
from support.source import ROOT

# Command, arguments after it, exit code. The server holds the secret A and a token, x.env A and B.
CASES: Final = [
    ("secret create", "A --value x", 0),
    ("secret create", "NEW --value x", 0),
    ("secret list", "", 0),
    ("secret list", "--unused 90d", 0),
    ("secret list", "NONE", 0),
    ("secret list", "A", 0),
    ("secret list", "--deleted", 0),
    ("secret history", "A", 0),
    ("secret rollback", "B --to 1", 0),
    ("secret restore", "GONE", 0),
    ("secret destroy", "A --yes", 0),
    ("secret destroy", "B --version 1 --yes", 0),
    ("secret uses", "A", 0),
    ("secret uses", "A --version 1", 0),
    ("secret exists", "A", 0),
    ("secret exists", "MISSING", 1),
    ("secret delete", "A --yes", 0),
    ("secret import", "x.env", 0),
    ("secret import", "x.env --dry-run", 0),
    ("secret import", "x.env --prune --yes", 0),
    ("secret import", "x.env --prune --dry-run", 0),
    ("secret policy", "A", 0),
    ("secret policy", "A --note n --expires 90d --rotate-every 12w --enforce --keep 3", 0),
    ("secret due", "", 0),
    ("secret require", "A", 0),
    ("secret require", "A MISSING", 1),
    ("token create", "ci --role reader", 0),
    ("token create", "ci --role admin --expires 90d", 0),
    ("token list", "", 0),
    ("token create", "ci --role runner", 0),
    ("token revoke", "{token} --yes", 0),
    ("token revoke", "--name deploy --yes", 0),
    ("token revoke", "--all-of deploy --yes", 0),
    ("grant add", "checkout --read A --read NONE", 0),
    ("grant list", "", 0),
    ("grant remove", "app --yes", 0),
    ("grant remove", "app --read A --yes", 0),
    ("audit", "", 0),
    ("audit verify", "", 0),
    ("audit verify", "{tampered}", 1),
    ("key list", "", 0),
    ("project list", "", 0),
    ("project adopt", "", 0),
    ("project repair", "", 0),
    ("project export", "fresh.pxexport", 0),
    ("schema", "", 0),
    ("schema", "secret list", 0),
    ("completion", "bash", 0),
    ("doctor", "", 0),
    ("doctor", "--target", 0),
    ("tools", "", 0),
    ("spec", "{url} --level seed --only secrets.create", 0),
]
# Two ask no server, two report what the server refused.
NEVER_REFUSED: Final = {"schema": 0, "completion": 0, "doctor": 1, "tools": 0, "spec": 1}


class Told:
    """px in this process, with --json."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def run(self, command: str, arguments: str = "") -> tuple[int, str, str]:
        self._capsys.readouterr()
        code = app.run([*command.split(), *arguments.split(), "--json"])
        return (code, *self._capsys.readouterr())


@pytest.fixture
def told(
    server: TestDevServer,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Told:
    """A server with one secret and a token, a file with two, and nothing else."""
    server.seed({"A": "x"})
    (tmp_path / "x.env").write_text("A=1\nB=2\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PX_NO_CACHE", "1")  # this process has a home
    for name, setting in server.environment.items():
        monkeypatch.setenv(name, setting)
    return Told(capsys)


def _filled(server: TestDevServer, arguments: str) -> str:
    with Client(make_target(server.url, server.token)) as client:
        Grants(client).add(parse_app("app"), [parse_name("A"), parse_name("B")])
        issued = Tokens(client).issue(parse_token_name("deploy"), "writer", 3600)
    if "{tampered}" in arguments:
        server.tamper_with_audit()
    return arguments.format(token=issued.token.id, tampered="", url=server.url)


@pytest.mark.parametrize(("command", "arguments", "code"), CASES)
def test_a_document_is_as_its_schema_says(
    told: Told, server: TestDevServer, command: str, arguments: str, code: int
) -> None:
    """One line on stdout, nothing on stderr."""
    for name in ("B", "B", "GONE"):  # something for the audit to show, and two versions of B
        told.run("secret create", f"{name} --value x")
    told.run("secret delete", "GONE --yes")
    got = told.run(command, _filled(server, arguments))

    assert (got[0], got[1].count("\n"), got[2]) == (code, 1, "")
    conforms(command, json.loads(got[1]))


@pytest.mark.parametrize(("command", "arguments", "_"), CASES)
def test_a_server_that_refuses_is_a_document_too(
    told: Told, server: TestDevServer, command: str, arguments: str, _: int
) -> None:
    """On stderr, with nothing on stdout, and the exit code says the same."""
    words = _filled(server, arguments)
    server.fail_next(*[faults.refusal(403, "forbidden")] * 9)
    code, out, err = told.run(command, words)

    if command in NEVER_REFUSED:
        assert (code, err) == (NEVER_REFUSED[command], "")
    else:
        assert (code, out, err.count("\n")) == (4, "", 1)
        conforms("error", json.loads(err))


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_a_wrong_use_is_a_document_too(told: Told, path: tuple[str, ...]) -> None:
    """Exit code 2, and nothing was sent."""
    code, out, err = told.run(" ".join(path), "--no-such-option")

    assert (code, out, err.count("\n")) == (2, "", 1)
    conforms("error", json.loads(err))


def test_a_refused_file_is_a_document_with_lines(told: Told, tmp_path: Path) -> None:
    """Each line that is wrong, by its number."""
    (tmp_path / "bad.env").write_text("A=1\nA=2\nwrong\n")
    code, _, err = told.run("secret import", "bad.env")

    assert (code, [one["line"] for one in json.loads(err)["details"]]) == (2, [2, 3])
    conforms("error", json.loads(err))


def test_a_refusal_of_several_files_names_the_file(told: Told, tmp_path: Path) -> None:
    """Beside the line."""
    (tmp_path / "y.env").write_text("A=3\n")
    code, _, err = told.run("secret import", "x.env y.env")

    assert (code, json.loads(err)["details"][0]["file"]) == (2, "y.env")
    conforms("error", json.loads(err))


def test_dev(capsys: pytest.CaptureFixture[str]) -> None:
    """The ready line; tests/worker runs the rest."""
    _Output(verbose=False, as_json=True).ready("http://127.0.0.1:8787", [])

    conforms("dev", json.loads(capsys.readouterr().out))


def test_dev_with_another_worker(capsys: pytest.CaptureFixture[str]) -> None:
    shop = AppAddress("shop", "http://127.0.0.1:8788")
    _Output(verbose=False, as_json=True).ready("http://127.0.0.1:8787", [shop])

    found = json.loads(capsys.readouterr().out)
    conforms("dev", found)
    assert found["apps"] == [{"name": "shop", "url": "http://127.0.0.1:8788"}]


HELD: Final = {command for command, _, _ in CASES} | {
    command
    for path in (ROOT / "tests").rglob("test_*.py")
    for command in re.findall(r'conform(?:s|)\("([a-z ]+)",', path.read_text())
}
# Whose schema is {"not": {}}: stdout is somebody else's, and only their errors are documents.
SAY_NOTHING: Final = {command for command in known() if json.loads(text(command)).get("not") == {}}


@pytest.mark.parametrize("command", [" ".join(path) for path in LEAVES])
def test_every_command_has_a_schema_that_a_test_holds_it_to(command: str) -> None:
    """Write cli/px/schemas/COMMAND.json, and a line in CASES or a test that calls `conforms`."""
    assert command in known()
    assert command in HELD | SAY_NOTHING


def test_every_schema_is_of_a_command() -> None:
    """None is left behind by a command that is gone."""
    assert set(known()) - set(map(" ".join, LEAVES)) == {"error"}
