"""`px audit`, `px audit --follow` and `px audit verify`."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import Popen

import pytest
from pexpect import EOF

from px.testing.dev_server import TestDevServer
from support.px_process import Px


def write(px: Px, *names: str) -> None:
    for name in names:
        px.run("secret", "create", name, "--stdin", stdin=b"v")


def names(text: str) -> list[str]:
    return [line.split("\t")[3] for line in text.splitlines()]


@contextmanager
def following(px: Px, *words: str) -> Iterator[Popen[str]]:
    running = px.start("audit", "--follow", *words)
    try:
        yield running
    finally:
        running.kill()
        running.communicate()


def test_a_pipe_gets_lines_with_tabs(px: Px) -> None:
    """time, actor, action, names, outcome, integrity; newest first; nothing on stderr."""
    write(px, "A", "B")

    done = px.run("audit")

    assert (names(done.stdout), done.stderr) == (["B", "A"], "")
    assert done.stdout.splitlines()[0].split("\t")[1:] == [
        *("root", "secret.put", "B", "accepted", "intact")
    ]


def test_json_is_the_contracts(px: Px) -> None:
    """One document with the events and their count."""
    write(px, "A")

    found = json.loads(px.run("audit", "--json").stdout)

    assert (found["count"], found["events"][0]["names"]) == (1, ["A"])
    assert {"id", "time", "actor", "action", "outcome", "requestId", "integrity"} <= set(
        found["events"][0]
    )


def test_limit_takes_the_newest(px: Px) -> None:
    """So many, and no more."""
    write(px, "A", "B", "C")

    assert names(px.run("audit", "--limit", "2").stdout) == ["C", "B"]


def test_since_leaves_the_older_ones_out(px: Px, server: TestDevServer) -> None:
    """By the server's time."""
    server.shift_clock(-7_200_000)
    write(px, "OLD")
    server.shift_clock(0)
    write(px, "NEW")

    assert names(px.run("audit", "--since", "1h").stdout) == ["NEW"]
    assert names(px.run("audit", "--since", "2000-01-01").stdout) == ["NEW", "OLD"]


@pytest.mark.parametrize("words", [["--since", "soon"], ["--limit", "0"], ["--json", "verify"]])
def test_what_cannot_be_asked_is_usage(px: Px, server: TestDevServer, words: list[str]) -> None:
    """Nothing is sent; an option before `verify` is not dropped in silence."""
    done = px.run("audit", *words)

    assert (done.returncode, server.calls) == (2, [])


def test_a_terminal_gets_a_short_table(px: Px, server: TestDevServer) -> None:
    """Many names are counted, not listed."""
    lines = "".join(f"N{number}=x\n" for number in range(9))
    (px.folder / "x.env").write_text(lines)
    px.run("secret", "import", "x.env")

    child = px.terminal("audit")
    child.expect(EOF)

    assert "N0 N1 N2 and 6 more" in (child.before or "")


def test_follow_shows_each_new_event_once_and_in_order(px: Px) -> None:
    """From now on; Ctrl-C ends it with 130."""
    write(px, "BEFORE")
    with following(px, "--limit", "1") as running:
        assert running.stdout
        first = running.stdout.readline()
        write(px, "A", "B")
        lines = [first, running.stdout.readline(), running.stdout.readline()]
        running.send_signal(signal.SIGINT)
        rest, _ = running.communicate(timeout=20)

    assert names("".join(lines)) == ["BEFORE", "A", "B"]
    assert (rest, running.returncode) == ("", 130)


def test_follow_as_json_is_a_document_a_line(px: Px, server: TestDevServer) -> None:
    """For a program that reads along; without --limit nothing old is shown."""
    write(px, "BEFORE")
    server.calls.clear()
    with following(px, "--json") as running:
        server.wait_for_calls(1)
        write(px, "AFTER")
        assert running.stdout
        line = running.stdout.readline()

    assert json.loads(line)["names"] == ["AFTER"]


def test_an_untouched_log_is_intact(px: Px) -> None:
    """Exit code 0, and the counts."""
    write(px, "A", "B")

    done = px.run("audit", "verify", "--json")

    assert (done.returncode, json.loads(done.stdout)) == (
        0,
        {
            "intact": 2,
            "changed": 0,
            "unknownKey": 0,
            "count": 2,
            "changedEvents": [],
            "unknownKeys": [],
        },
    )


def test_a_changed_event_is_named(px: Px, server: TestDevServer) -> None:
    """Exit code 1, its id and time on stdout."""
    write(px, "A", "B")
    changed = server.tamper_with_audit()

    done = px.run("audit", "verify")

    assert (done.returncode, done.stdout.split("\t")[:2]) == (1, ["changed", changed])
    assert done.stderr == "1 intact, 1 changed, 0 not verifiable\n"


def test_a_changed_event_cannot_steer_the_terminal(px: Px, server: TestDevServer) -> None:
    """What somebody wrote into the store is shown escaped."""
    write(px, "A")
    server.tamper_with_audit()

    done = px.run("audit")

    assert "\x1b" not in done.stdout
    assert done.stdout.count("\n") == 1


OTHER_KEY = "other:" + "A" * 43 + "="


def test_an_event_under_an_unknown_key_is_exit_code_1(px: Px, server: TestDevServer) -> None:
    """Anybody can make a key id up: the ids, their counts and the way on are shown."""
    write(px, "A", "B")
    server.configure(master_keys=OTHER_KEY)

    done = px.run("audit", "verify")

    assert (done.returncode, done.stdout) == (1, "unknown_key\ttest\t2\n")
    assert done.stderr == (
        "0 intact, 0 changed, 2 not verifiable (unknown key test: 2)\n"
        "hint: if a rotation dropped these keys, run `px audit verify --dropped test`\n"
    )


def test_an_event_under_a_dropped_key_is_not_verifiable(px: Px, server: TestDevServer) -> None:
    """--dropped names the key: exit code 0, and still it is not called intact."""
    write(px, "A")
    server.configure(master_keys=OTHER_KEY)
    write(px, "B")

    done = px.run("audit", "verify", "--dropped", "test", "--dropped", "never-seen", "--json")

    assert done.returncode == 0
    assert json.loads(done.stdout) == {
        "intact": 1,
        "changed": 0,
        "unknownKey": 1,
        "count": 2,
        "changedEvents": [],
        "unknownKeys": [{"id": "test", "count": 1, "dropped": True}],
    }


def test_a_made_up_key_id_hides_behind_no_dropped_one(px: Px, server: TestDevServer) -> None:
    """Each unknown id has to be named, and the hint keeps those that were."""
    write(px, "A")
    server.configure(master_keys=OTHER_KEY)
    server.tamper_with_audit(key_id="made-up")

    done = px.run("audit", "verify", "--dropped", "test")

    assert (done.returncode, done.stdout) == (1, "unknown_key\tmade-up\t1\n")
    assert "`px audit verify --dropped made-up --dropped test`" in done.stderr


@pytest.mark.parametrize("key_id", ["", "\x1b[31mred", "k" * 33, "no space", "k\n"])
def test_an_event_under_an_impossible_key_id_is_changed(
    px: Px, server: TestDevServer, key_id: str
) -> None:
    """No key ever had such an id, so that --dropped could not name it either."""
    write(px, "A")
    server.tamper_with_audit(key_id=key_id)

    done = px.run("audit", "verify")

    assert (done.returncode, done.stdout[:8]) == (1, "changed\t")
    assert done.stderr == "0 intact, 1 changed, 0 not verifiable\n"


@pytest.mark.parametrize("key_id", ["", "no space", "k" * 33, "k\n"])
def test_dropped_takes_key_ids_alone(px: Px, server: TestDevServer, key_id: str) -> None:
    """Anything else is a usage error, and nothing is sent."""
    done = px.run("audit", "verify", "--dropped", key_id)

    assert (done.returncode, server.calls) == (2, [])
    assert "--dropped expects a key id" in done.stderr
