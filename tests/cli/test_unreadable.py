"""px beside entries that nobody of ours wrote: it lists them, goes on, and deletes them."""

from __future__ import annotations

import json

import pytest

from px.testing.dev_server import TestDevServer
from support.px_process import Px
from support.rows import plant_secret
from support.schemas import conforms

BAD = ["bad name", "..", "", "x/y", "\x1b[31mred\n", "POSITRONIC_X"]


@pytest.mark.parametrize("name", BAD)
def test_an_unreadable_secret_is_listed_and_deleted(
    px: Px, server: TestDevServer, name: str
) -> None:
    """Escaped for a person, exact in JSON, with what to do; then it is gone."""
    server.seed({"A": "v"})
    plant_secret(server.ledger(), name, "test")
    shown = px.run("secret", "list")
    document = json.loads(px.run("secret", "list", "--json").stdout)
    required = px.run("secret", "require", "A")
    deleted = px.run("secret", "delete", "--yes", "--", name)

    conforms("secret list", document)
    assert {"name": name, "unreadable": True} in document["secrets"]
    assert document["count"] == 2
    assert "\tunreadable\tunreadable\n" in shown.stdout
    assert "\x1b" not in shown.stdout
    assert shown.stdout.count("\n") == 2
    assert "`px secret delete NAME` removes one" in shown.stderr
    assert required.returncode == 0
    assert deleted.returncode == 0, deleted.stderr
    assert px.run("secret", "list").stdout.split("\t")[0] == "A"


def test_a_name_that_is_not_listed_is_not_sent(px: Px, server: TestDevServer) -> None:
    """It may be a value in the wrong place."""
    done = px.run("secret", "delete", "not a name", "--yes")

    assert done.returncode == 2
    assert {call.method for call in server.calls} == {"GET"}
    assert not any("not%20a" in call.path for call in server.calls)


def test_the_keys_are_listed_beside_what_cannot_be_read(px: Px, server: TestDevServer) -> None:
    """`px key list` goes on."""
    server.seed({"A": "v"})
    px.run("secret", "create", "B", "--stdin", stdin=b"v")
    plant_secret(server.ledger(), "bad name", "test")

    done = px.run("key", "list")

    assert (done.returncode, done.stdout) == (0, "test\t3\t0\tnewest\t1\t0\n")
