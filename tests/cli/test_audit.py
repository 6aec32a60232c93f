"""`px audit`, `px audit --follow` and `px audit verify`."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import Popen

import pytest
from pexpect import EOF

from px.testing import TestDevServer
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
        {"intact": 2, "changed": 0, "unknownKey": 0, "count": 2, "changedEvents": []},
    )


def test_a_changed_event_is_named(px: Px, server: TestDevServer) -> None:
    """Exit code 1, its id and time on stdout."""
    write(px, "A", "B")
    changed = server.tamper_with_audit()

    done = px.run("audit", "verify")

    assert (done.returncode, done.stdout.split("\t")[:2]) == (1, ["changed", changed])
    assert done.stderr == "1 intact, 1 changed, 0 under a key that is gone\n"


def test_a_changed_event_cannot_steer_the_terminal(px: Px, server: TestDevServer) -> None:
    """What somebody wrote into the store is shown escaped."""
    write(px, "A")
    server.tamper_with_audit()

    done = px.run("audit")

    assert "\x1b" not in done.stdout
    assert done.stdout.count("\n") == 1


def test_events_under_a_key_that_is_gone_are_counted_apart(px: Px, server: TestDevServer) -> None:
    """They are not called changed, and the exit code stays 0."""
    write(px, "A")
    server.configure(master_keys="other:" + "A" * 43 + "=")

    done = px.run("audit", "verify")

    assert (done.returncode, done.stderr) == (
        0,
        "0 intact, 0 changed, 1 under a key that is gone\n",
    )
