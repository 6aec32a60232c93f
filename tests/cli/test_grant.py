"""`px grant add | list | remove`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pexpect import EOF

from positronic.ledger.grant_rows import GRANTS
from positronic.rows import Put
from px.testing import faults
from px.testing.dev_server import TestDevServer
from support.px_process import Px


@pytest.fixture(autouse=True)
def _stored(server: TestDevServer) -> None:
    server.seed({"DATABASE_URL": "x", "STRIPE_KEY": "y"})


def add(px: Px, *names: str, app: str = "checkout") -> None:
    read = [word for name in names for word in ("--read", name)]
    assert px.run("grant", "add", app, *read).returncode == 0


def listed(px: Px) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(px.run("grant", "list", "--json").stdout)["grants"]
    return found


def granted(px: Px) -> dict[str, list[str]]:
    return {one["as"]: one["read"] for one in listed(px)}


def test_add_adds(px: Px) -> None:
    """Names come to what was granted before; the answer is the whole grant, and says where."""
    add(px, "STRIPE_KEY")
    done = px.run("grant", "add", "checkout", "--read", "DATABASE_URL")

    assert (done.returncode, done.stdout) == (0, "")
    assert "checkout may read DATABASE_URL, STRIPE_KEY\n" in done.stderr
    assert "That is at http://127.0.0.1:" in done.stderr
    assert granted(px) == {"checkout": ["DATABASE_URL", "STRIPE_KEY"]}


def test_a_name_without_a_secret_is_granted_and_warned_of(px: Px, tmp_path: Path) -> None:
    """With the nearest name there is, for it may be mistyped; with --json as `missing`."""
    cache = {"XDG_CACHE_HOME": str(tmp_path)}
    px.run("secret", "list", environment=cache)  # px remembers the names that it saw
    done = px.run("grant", "add", "checkout", "--read", "DATABSE_URL", environment=cache)
    told = px.run("grant", "add", "checkout", "--read", "STRIPE_KEY", "--json")

    warning = "warning: there is no secret DATABSE_URL yet: did you mean `DATABASE_URL`?\n"
    assert (done.returncode, warning in done.stderr) == (0, True)
    assert (json.loads(told.stdout)["missing"], told.stderr) == (["DATABSE_URL"], "")


@pytest.mark.parametrize(
    "words",
    [
        ["checkout"],
        ["Checkout", "--read", "A"],
        ["1checkout", "--read", "A"],
        ["a" * 65, "--read", "A"],
        ["checkout", "--read", "not a name"],
        ["checkout", "--read", "POSITRONIC_X"],
        ["checkout", "--read", "DATABASE_URL=hunter2"],
    ],
)
def test_what_cannot_be_granted_is_usage(px: Px, server: TestDevServer, words: list[str]) -> None:
    """Checked before anything is sent, and what may be a value is not repeated."""
    done = px.run("grant", "add", *words)

    assert (done.returncode, done.stdout, server.calls) == (2, "", [])
    assert "hunter2" not in done.stderr


def test_a_list_in_a_pipe_is_lines_with_tabs(px: Px, server: TestDevServer) -> None:
    """app, secrets, created, updated, by; what cannot be read says so."""
    add(px, "DATABASE_URL", "STRIPE_KEY")
    add(px, "STRIPE_KEY", app="billing")
    server.ledger().commit([Put(GRANTS.kind, "broken", "garbage")], {})

    done = px.run("grant", "list")

    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert [row[:2] for row in rows] == [
        ["billing", "STRIPE_KEY"],
        ["broken", "unreadable"],
        ["checkout", "DATABASE_URL,STRIPE_KEY"],
    ]
    assert {len(row) for row in rows} == {5}
    assert rows[0][4] == "root"
    assert "`px grant remove AS`" in done.stderr
    assert px.run("grant", "remove", "broken", "--yes").returncode == 0
    assert set(granted(px)) == {"billing", "checkout"}


def test_an_empty_list_says_how_to_begin(px: Px) -> None:
    """On stderr, so that a pipe gets nothing."""
    done = px.run("grant", "list")

    assert (done.returncode, done.stdout) == (0, "")
    assert "`px grant add AS --read NAME`" in done.stderr


def test_remove_takes_back_a_name_or_everything(px: Px) -> None:
    """With what was taken in the answer; what is not granted is not found."""
    add(px, "DATABASE_URL", "STRIPE_KEY")
    some = px.run("grant", "remove", "checkout", "--read", "STRIPE_KEY", "--yes")
    assert (some.returncode, "checkout may no longer read STRIPE_KEY" in some.stderr) == (0, True)
    again = px.run("grant", "remove", "checkout", "--read", "STRIPE_KEY", "--yes")
    assert (again.returncode, "checkout is not granted STRIPE_KEY" in again.stderr) == (1, True)
    assert granted(px) == {"checkout": ["DATABASE_URL"]}
    rest = px.run("grant", "rm", "checkout", "--yes", "--json")

    assert json.loads(rest.stdout)["removed"] is True
    assert granted(px) == {}
    assert px.run("grant", "remove", "checkout", "--yes").returncode == 1


def test_remove_asks_first(px: Px) -> None:
    """Which app, where and what; any answer but yes takes nothing back."""
    add(px, "STRIPE_KEY")
    terminal = px.terminal("grant", "remove", "checkout")
    terminal.expect(r"Take back from checkout at .*: everything\?")
    terminal.sendline("n")
    terminal.expect(EOF)

    assert granted(px) == {"checkout": ["STRIPE_KEY"]}
    assert px.run("grant", "remove", "checkout").returncode == 1  # there is no terminal


def test_a_writer_grants_nothing(px: Px) -> None:
    """Nor sees what is granted: an admin's token is needed."""
    add(px, "STRIPE_KEY")
    token = px.run("token", "create", "ci", "--role", "writer").stdout.strip()
    own = {"PX_TOKEN": token}

    for words in (["add", "evil", "--read", "STRIPE_KEY"], ["list"], ["remove", "checkout", "-y"]):
        assert px.run("grant", *words, environment=own).returncode == 4
    assert granted(px) == {"checkout": ["STRIPE_KEY"]}


def test_a_lost_answer_is_asked_for_again(px: Px, server: TestDevServer) -> None:
    """The grant is made once, and one event says so."""
    server.fail_next(None, faults.cut)
    add(px, "STRIPE_KEY")

    events = json.loads(px.run("audit", "--action", "grant", "--json").stdout)["events"]
    assert [(one["action"], one["names"], one["details"]) for one in events] == [
        ("grant.add", ["STRIPE_KEY"], {"as": "checkout"})
    ]


def test_the_client_is_copied_into_the_app(px: Px, tmp_path: Path) -> None:
    """With the grant, and named; once more it is replaced by px's."""
    (tmp_path / "secrets.mjs").write_text("// Positronic Secrets: an older one\n")
    done = px.run("grant", "add", "checkout", "--read", "STRIPE_KEY", "--client", str(tmp_path))

    assert done.returncode == 0
    assert "Wrote secrets.mjs\nWrote secrets.d.mts\n" in done.stderr
    assert "export class Secrets " in (tmp_path / "secrets.mjs").read_text()
    assert granted(px) == {"checkout": ["STRIPE_KEY"]}


def test_where_the_client_cannot_be_nothing_is_granted(px: Px, tmp_path: Path) -> None:
    """Somebody else's file stays."""
    (tmp_path / "secrets.mjs").write_text("export const own = 1;\n")
    done = px.run("grant", "add", "checkout", "--read", "STRIPE_KEY", "--client", str(tmp_path))

    assert done.returncode == 1
    assert "secrets.mjs is there already and is not px's" in done.stderr
    assert granted(px) == {}


def test_without_a_grant_no_client_is_left(px: Px, tmp_path: Path) -> None:
    """The folder is as it was."""
    app = tmp_path / "src"
    app.mkdir()
    sent = ["grant", "add", "checkout", "--read", "STRIPE_KEY", "--client", str(app)]
    done = px.run(*sent, environment={"PX_TOKEN": "x" * 32})

    assert done.returncode == 4
    assert [*app.iterdir()] == []
