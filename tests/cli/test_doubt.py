"""A write whose answer was lost is an unknown outcome; one that was never sent is certain."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from positronic.access.tokens import mint_root
from px.local.port import free_port
from px.testing import faults
from px.testing.dev_server import TestDevServer
from support.px_process import Px

WRITES = {
    "secret create A --value x": ("the secret may have been written", "px secret list"),
    "secret delete A --yes": ("the secret may have been deleted", "px secret list"),
    "token create ci --role reader": ("a token may have been created", "px token revoke ID"),
    "token revoke 0123456789abcdef --yes": ("the token may have been revoked", "px token list"),
    "brain run example": ("the run may have started", "px brain runs"),
    "brain rerun 0123456789abcdef0123456789abcdef --from 2": (
        "the run may have started",
        "a second run",
    ),
}


@pytest.mark.parametrize(("line", "said"), WRITES.items(), ids=WRITES)
@pytest.mark.parametrize("fault", [faults.cut, faults.hang], ids=["cut", "hang"])
def test_a_lost_answer_is_an_unknown_outcome(
    px: Px, server: TestDevServer, line: str, said: tuple[str, str], fault: faults.Fault
) -> None:
    """Exit code 3, a code of its own, what may have been done, and how to find out."""
    lists_first = [None] if line.startswith("token revoke") else []  # what is revoked with it
    server.fail_next(*lists_first, *[fault] * 4)

    done = px.run(*line.split(), "--timeout", "3", "--json")

    found = json.loads(done.stderr)
    assert (done.returncode, done.stdout) == (3, "")
    assert found["code"] == "outcome_unknown"
    assert said[0] in found["error"]
    assert said[1] in found["hint"]


@pytest.mark.parametrize("line", WRITES, ids=WRITES)
def test_what_was_never_sent_is_certain(tmp_path: Path, line: str) -> None:
    """A refused connection: `not_reached`, and no word of what may have been done."""
    nowhere = {"PX_URL": f"http://127.0.0.1:{free_port()}", "PX_TOKEN": mint_root(bytes)}

    done = Px(tmp_path, nowhere).run(*line.split(), "--timeout", "1", "--json")

    found = json.loads(done.stderr)
    assert (done.returncode, found["code"]) == (3, "not_reached")
    assert "may have" not in found["error"]


def test_a_token_is_not_made_twice(px: Px, server: TestDevServer) -> None:
    """Asked for once, and the token that nobody has is found as the hint says."""
    server.fail_next(faults.cut)

    assert px.run("token", "create", "ci", "--role", "reader").returncode == 3

    listed = json.loads(px.run("token", "list", "--json").stdout)["tokens"]
    assert [one["name"] for one in listed] == ["ci"]


@pytest.mark.parametrize(
    ("line", "action"),
    [
        ("secret create A --value y", "secret.put"),
        ("secret import a.env", "secret.bulk"),
        ("secret delete A --yes", "secret.delete"),
    ],
)
def test_a_change_that_is_sent_again_is_made_once(
    px: Px, server: TestDevServer, line: str, action: str
) -> None:
    """Its answer was lost: px sends it again under its Idempotency-Key, and one event is left."""
    (px.folder / "a.env").write_text("A=1\nB=2\n")
    server.seed({"A": "x"})
    server.fail_next(faults.cut)

    assert px.run(*line.split()).returncode == 0

    events = json.loads(px.run("audit", "--json").stdout)["events"]
    assert [event["action"] for event in events] == [action]


def test_a_success_that_is_garbled_is_an_unknown_outcome(px: Px, server: TestDevServer) -> None:
    """201 with half a document: it was written, but px cannot know."""
    server.fail_next(faults.answer(201, b'{"name": "A", "crea'))

    done = px.run("secret", "create", "A", "--value", "x")

    assert done.returncode == 5
    assert "the secret may have been written" in done.stderr


def test_a_servers_failure_leaves_a_write_in_doubt(px: Px, server: TestDevServer) -> None:
    """Its own code stays; the sentence says what may have been done."""
    server.fail_next(*[faults.refusal(502, "store_failed")] * 4)

    done = px.run("secret", "create", "A", "--value", "x", "--json")

    found = json.loads(done.stderr)
    assert (done.returncode, found["code"]) == (5, "store_failed")
    assert "the secret may have been written" in found["error"]


def test_new_secrets_are_not_counted_as_updated(px: Px, server: TestDevServer) -> None:
    """The first attempt created them, its answer was lost, and the second one got that answer."""
    (px.folder / "a.env").write_text("A=1\nB=2\n")
    server.fail_next(faults.cut, None, faults.cut)

    talk = px.run("secret", "import", "a.env")
    document = px.run("secret", "import", "a.env", "--json")

    assert "Imported 2 secrets: 2 created, 0 updated\n" in talk.stderr
    assert json.loads(document.stdout).items() >= {("created", 0), ("updated", 2)}


def test_one_secret_sent_twice_is_not_called_updated(px: Px, server: TestDevServer) -> None:
    """It is new, as the lost answer said."""
    server.fail_next(faults.cut)

    done = px.run("secret", "create", "A", "--value", "x")

    assert done.returncode == 0
    assert "Secret created successfully!" in done.stderr


@pytest.mark.parametrize("fault", [faults.cut, faults.hang], ids=["cut", "hang"])
def test_an_import_without_an_answer_is_an_unknown_outcome(
    px: Px, server: TestDevServer, fault: faults.Fault
) -> None:
    """The same code; the sentence counts the names."""
    (px.folder / "a.env").write_text("A=1\nB=2\n")
    server.fail_next(*[fault] * 4)

    done = px.run("secret", "import", "a.env", "--timeout", "3", "--json")

    found = json.loads(done.stderr)
    assert (done.returncode, found["code"]) == (3, "outcome_unknown")
    assert "2 may or may not be written (A to B)" in found["error"]
