"""`px audit`, `px audit --follow` and `px audit verify`."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from subprocess import Popen
from typing import Any

import httpx
import pytest
from pexpect import EOF

from positronic.ledger.event_rows import EVENTS, event_row_id
from positronic.rows import Delete, Put
from px.testing.dev_server import TestDevServer
from support.px_process import Px
from support.schemas import conforms


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


def events(px: Px, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(px.run("audit", "--json", *words).stdout)["events"]
    return found


def head(px: Px) -> str:
    """The newest event's, as `px audit verify` prints it."""
    newest = events(px, "--limit", "1")[0]
    return f"{newest['sequence']}:{newest['digest']}"


def test_an_untouched_log_is_intact(px: Px) -> None:
    """Exit code 0, the counts, and the head."""
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
            "missing": [],
            "cutOff": False,
            "head": head(px),
            "knownHead": None,
        },
    )


def test_an_empty_log_is_intact(px: Px) -> None:
    """It has no head."""
    done = px.run("audit", "verify")

    assert (done.returncode, done.stdout, done.stderr) == (
        *(0, "", "0 intact, 0 changed, 0 not verifiable\n"),
    )


def test_a_changed_event_is_named(px: Px, server: TestDevServer) -> None:
    """Exit code 1, its id and time on stdout."""
    write(px, "A", "B")
    changed = server.tamper_with_audit()

    done = px.run("audit", "verify")

    assert (done.returncode, done.stdout.split("\t")[:2]) == (1, ["changed", changed])
    assert done.stderr.splitlines()[0] == "1 intact, 1 changed, 0 not verifiable"


def test_a_missing_event_is_named(px: Px, server: TestDevServer) -> None:
    """By its number, and the one after it counts as changed: its place is not what it was."""
    write(px, "A", "B", "C", "D")
    server.ledger().commit([Delete(EVENTS.kind, event_row_id(one)) for one in (2, 3)], {})

    done = px.run("audit", "verify")

    assert (done.returncode, "missing\t2\t3\n" in done.stdout) == (1, True)
    assert done.stderr == "1 intact, 1 changed, 0 not verifiable\n"


def test_a_missing_event_is_left_behind(px: Px, server: TestDevServer) -> None:
    """By a time and a head after it: it cannot be acknowledged."""
    server.shift_clock(-7_200_000)
    write(px, "A", "B", "C")
    server.ledger().commit([Delete(EVENTS.kind, event_row_id(2))], {})
    server.shift_clock(0)
    write(px, "D")

    all_of_it = px.run("audit", "verify")
    later = px.run("audit", "verify", "--since", "1h", "--head", head(px))

    assert (all_of_it.returncode, "acknowledge" in all_of_it.stderr, later.returncode) == (
        1,
        False,
        0,
    )


def test_events_that_changed_places_are_found(px: Px, server: TestDevServer) -> None:
    """And so is a copy of an event under a new number."""
    write(px, "A", "B", "C")
    rows = {one.id: one for one in server.ledger().list(EVENTS.kind)}
    first, second, fourth = (event_row_id(one) for one in (1, 2, 4))
    moved = ((first, rows[second]), (second, rows[first]), (fourth, rows[first]))
    server.ledger().commit(
        [Put(EVENTS.kind, id_, row.text, (f"c{id_}", row.keys[1])) for id_, row in moved], {}
    )

    done = px.run("audit", "verify", "--json")

    assert (done.returncode, json.loads(done.stdout)["changed"] >= 3) == (1, True)


@pytest.fixture
def keeping(px: Px, tmp_path: Path) -> Px:
    """px with a place to remember the head in."""
    return replace(px, environment=px.environment | {"XDG_STATE_HOME": str(tmp_path / "state")})


def cut(server: TestDevServer, *numbers: int) -> None:
    server.ledger().commit([Delete(EVENTS.kind, event_row_id(one)) for one in numbers], {})


def test_a_log_cut_off_since_the_last_time_is_found(keeping: Px, server: TestDevServer) -> None:
    """Nothing in it is wrong; px remembers the newest event that it saw."""
    write(keeping, "A", "B")
    first = keeping.run("audit", "verify")
    cut(server, 2)
    second, third = keeping.run("audit", "verify"), keeping.run("audit", "verify", "--json")

    assert (first.returncode, second.returncode, third.returncode) == (0, 1, 1)
    assert "cut off: it ends with event 1, and event 2 was seen before" in second.stderr
    assert json.loads(third.stdout)["cutOff"] is True


def test_an_emptied_log_is_found(keeping: Px, server: TestDevServer) -> None:
    """Also one that was begun again."""
    write(keeping, "A", "B")
    keeping.run("audit", "verify")
    cut(server, 1, 2)
    empty = keeping.run("audit", "verify")
    write(keeping, "C", "D", "E")
    again = keeping.run("audit", "verify")

    assert (empty.returncode, again.returncode) == (1, 1)
    assert "it is empty, and event 2 was seen before" in empty.stderr
    assert "the log was replaced: event 2 was seen before" in again.stderr


def test_a_longer_log_is_intact(keeping: Px) -> None:
    """The event that was seen is still in its place, however far back."""
    write(keeping, "A")
    keeping.run("audit", "verify")
    write(keeping, "B", "C")

    done = keeping.run("audit", "verify", "--since", "2000-01-01", "--json")

    assert done.returncode == 0
    assert json.loads(done.stdout)["knownHead"][:2] == "1:"


def test_since_looks_as_far_back_as_the_known_event(keeping: Px, server: TestDevServer) -> None:
    """But counts only what was asked for."""
    server.shift_clock(-7_200_000)
    write(keeping, "OLD")
    keeping.run("audit", "verify")
    server.shift_clock(0)
    write(keeping, "NEW")
    server.tamper_with_audit(sequence=1)

    done = keeping.run("audit", "verify", "--since", "1h", "--json")

    found = json.loads(done.stdout)
    assert (done.returncode, found["count"], found["cutOff"]) == (1, 1, True)


def test_a_head_of_ones_own_is_checked(px: Px, server: TestDevServer) -> None:
    """For CI, where px remembers nothing: --head is what the last run printed."""
    write(px, "A", "B")
    printed = px.run("audit", "verify").stdout.removeprefix("head\t").strip()
    good = px.run("audit", "verify", "--head", printed)
    cut(server, 2)
    bad = px.run("audit", "verify", "--head", printed)

    assert (printed, good.returncode, bad.returncode) == (f"2:{printed[2:]}", 0, 1)


def test_a_restored_log_is_accepted_by_its_head(keeping: Px, server: TestDevServer) -> None:
    """--head stands for what px remembers, and is remembered from then on."""
    write(keeping, "A", "B")
    keeping.run("audit", "verify")
    cut(server, 2)
    given = keeping.run("audit", "verify", "--head", head(keeping))

    assert (given.returncode, keeping.run("audit", "verify").returncode) == (0, 0)


def test_each_folder_has_a_local_log_of_its_own(keeping: Px, server: TestDevServer) -> None:
    """Another project's local Worker, at the same port some time later, is not taken for this."""
    write(keeping, "A", "B")
    other = keeping.folder / "other"
    other.mkdir()
    keeping.run("audit", "verify")
    cut(server, 2)
    (other / "wrangler.toml").write_text('name = "other"\n')
    elsewhere = replace(keeping, folder=other)

    assert (
        elsewhere.run("audit", "verify").returncode,
        keeping.run("audit", "verify").returncode,
    ) == (*(0, 1),)


@pytest.mark.parametrize("text", ["", "1", "1:", "0:" + "a" * 64, "1:" + "A" * 64, "x:" + "a" * 64])
def test_a_head_that_cannot_be_is_usage(px: Px, server: TestDevServer, text: str) -> None:
    """Nothing is sent."""
    done = px.run("audit", "verify", "--head", text)

    assert (done.returncode, server.calls, "--head expects" in done.stderr) == (2, [], True)


def test_the_remembered_head_is_ones_own(keeping: Px, tmp_path: Path) -> None:
    """Mode 600; a file that others can write to, or with another text, is not believed."""
    write(keeping, "A")
    keeping.run("audit", "verify")
    (file,) = (tmp_path / "state" / "px").iterdir()
    mode, text = file.stat().st_mode & 0o777, file.read_text()
    file.write_text("garbage")
    garbled = keeping.run("audit", "verify")
    file.write_text(text)
    file.chmod(0o666)
    exposed = keeping.run("audit", "verify")

    assert (mode, garbled.returncode, exposed.returncode) == (0o600, 2, 2)
    assert "is not what px wrote there" in garbled.stderr
    assert "other users can write to it" in exposed.stderr


def test_filters_combine(px: Px) -> None:
    """Actor, action (also a group of them) and name; newest first."""
    write(px, "A", "B")
    px.run("token", "create", "ci", "--role", "writer")
    px.run("secret", "delete", "A", "--yes")

    assert names(px.run("audit", "--name", "A").stdout) == ["A", "A"]
    assert names(px.run("audit", "--action", "secret").stdout) == ["A", "B", "A"]
    assert names(px.run("audit", "--action", "secret.put", "--name", "A").stdout) == ["A"]
    assert names(px.run("audit", "--actor", "root", "--action", "secret.delete").stdout) == ["A"]
    assert px.run("audit", "--actor", "nobody").stdout == ""


def test_a_new_tokens_event_says_what_it_is(px: Px) -> None:
    """Its role, its name and when it expires."""
    px.run("token", "create", "ci", "--role", "writer", "--expires", "1h")

    details = events(px)[0]["details"]
    assert (details["name"], details["role"], "T" in details["expiresAt"]) == ("ci", "writer", True)


def test_a_replaced_root_token_leaves_an_event(px: Px, server: TestDevServer) -> None:
    """Made with the new one: px calls this at the end of a deploy that replaced it."""
    headers = {"Authorization": f"Bearer {server.token}"}
    answer = httpx.post(f"{server.url}/root-token/replaced", headers=headers)

    assert answer.status_code == 204
    assert [one["actor"]["id"] for one in events(px, "--action", "root.replace")] == ["root"]


def test_a_changed_event_cannot_steer_the_terminal(px: Px, server: TestDevServer) -> None:
    """What somebody wrote into the store is shown escaped."""
    write(px, "A")
    server.tamper_with_audit()

    done = px.run("audit")

    assert "\x1b" not in done.stdout
    assert done.stdout.count("\n") == 1


OTHER_KEY = "other:" + "A" * 43 + "="


def test_an_event_under_an_unknown_key_is_exit_code_1(px: Px, server: TestDevServer) -> None:
    """Without its master key the audit key cannot be used: the ids and the way on are shown."""
    write(px, "A", "B")
    key_id = events(px)[0]["keyId"]
    server.configure(master_keys=OTHER_KEY)

    done = px.run("audit", "verify")

    assert (done.returncode, done.stdout) == (1, f"unknown_key\t{key_id}\t2\nhead\t{head(px)}\n")
    assert done.stderr == (
        f"0 intact, 0 changed, 2 not verifiable (unknown key {key_id}: 2)\n"
        f"hint: if these keys were dropped or lost, run `px audit verify --dropped {key_id}`\n"
    )


def test_an_event_under_a_dropped_key_is_not_verifiable(px: Px, server: TestDevServer) -> None:
    """--dropped names the key: exit code 0, and still it is not called intact."""
    write(px, "A", "B")
    server.tamper_with_audit(key_id="gone")

    done = px.run("audit", "verify", "--dropped", "gone", "--dropped", "never-seen", "--json")

    found = json.loads(done.stdout)
    assert (done.returncode, found["intact"], found["unknownKey"]) == (0, 1, 1)
    assert found["unknownKeys"] == [{"id": "gone", "count": 1, "dropped": True}]


def test_a_made_up_key_id_hides_behind_no_dropped_one(px: Px, server: TestDevServer) -> None:
    """Each unknown id has to be named, and the hint keeps those that were."""
    write(px, "A")
    server.tamper_with_audit(key_id="made-up")

    done = px.run("audit", "verify", "--dropped", "test")

    assert (done.returncode, done.stdout[:22]) == (1, "unknown_key\tmade-up\t1\n")
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
    assert done.stderr.splitlines()[0] == "0 intact, 1 changed, 0 not verifiable"


def test_a_changed_event_can_be_acknowledged(px: Px, server: TestDevServer) -> None:
    """Exactly this change: it stays changed, but is exit code 0, until it is changed again."""
    write(px, "A", "B", "C")
    changed = server.tamper_with_audit(sequence=2)
    before = px.run("audit", "verify")
    place = before.stdout.splitlines()[0].split("\t")[3]
    done = px.run("audit", "acknowledge", place, "--yes", "--json")
    after, listed = px.run("audit", "verify", "--json"), events(px)
    shown = px.run("audit", "verify")

    assert (before.returncode, place[:2]) == (1, "2:")
    assert before.stderr.splitlines()[-1] == (
        f"hint: once you know why: `px audit acknowledge {place}`"
    )
    assert (done.returncode, done.stderr, json.loads(done.stdout)["sequence"]) == (0, "", 2)
    conforms("audit acknowledge", json.loads(done.stdout))
    found = json.loads(after.stdout)
    assert (after.returncode, found["changed"], found["intact"]) == (0, 1, 3)
    assert [(one["id"], one["event"], one["acknowledged"]) for one in found["changedEvents"]] == [
        (changed, place, True)
    ]
    assert [one["integrity"] for one in listed] == ["intact", "intact", "changed", "intact"]
    assert (listed[0]["action"], listed[0]["actor"]["id"]) == ("audit.acknowledge", "root")
    assert shown.stdout.startswith(f"acknowledged\t{changed}\t")
    assert shown.stderr == "3 intact, 1 changed (1 acknowledged), 0 not verifiable\n"


@pytest.mark.parametrize("sequence", [1, 3])
def test_a_change_after_the_acknowledgement_is_a_new_one(
    px: Px, server: TestDevServer, sequence: int
) -> None:
    """Of the same event, or of the acknowledgement itself, which then counts for nothing."""
    write(px, "A", "B")
    server.tamper_with_audit(sequence=1)
    place = px.run("audit", "verify").stdout.splitlines()[0].split("\t")[3]
    px.run("audit", "acknowledge", place, "--yes")
    good = px.run("audit", "verify")
    server.tamper_with_audit(sequence=sequence, key_id="")
    bad = px.run("audit", "verify", "--json")

    assert (good.returncode, bad.returncode) == (0, 1)
    assert not any(one["acknowledged"] for one in json.loads(bad.stdout)["changedEvents"])


def test_what_was_not_changed_is_not_acknowledged(px: Px, server: TestDevServer) -> None:
    """Neither an intact event, nor one that is not there; the log is as it was."""
    write(px, "A")
    before = px.run("audit").stdout
    intact = px.run("audit", "acknowledge", head(px), "--yes", "--json")
    other = px.run("audit", "acknowledge", f"1:{'0' * 64}", "--yes", "--json")
    unasked = px.run("audit", "acknowledge", head(px), "--json")
    garbled = px.run("audit", "acknowledge", "1", "--yes")

    assert (intact.returncode, json.loads(intact.stderr)["code"]) == (1, "conflict")
    assert (other.returncode, json.loads(other.stderr)["code"]) == (1, "not_found")
    assert (unasked.returncode, json.loads(unasked.stderr)["code"]) == (1, "not_confirmed")
    assert (garbled.returncode, "the event expects SEQ:DIGEST" in garbled.stderr) == (2, True)
    assert px.run("audit").stdout == before


@pytest.mark.parametrize("key_id", ["", "no space", "k" * 33, "k\n"])
def test_dropped_takes_key_ids_alone(px: Px, server: TestDevServer, key_id: str) -> None:
    """Anything else is a usage error, and nothing is sent."""
    done = px.run("audit", "verify", "--dropped", key_id)

    assert (done.returncode, server.calls) == (2, [])
    assert "--dropped expects a key id" in done.stderr


def test_a_lost_master_key_has_a_way_out(px: Px, server: TestDevServer) -> None:
    """`px audit restart`, asked for with --yes; then secrets, tokens and deletions work again."""
    server.seed({"KEPT": "x", "OLD": "x"})
    write(px, "A")
    server.configure(master_keys=OTHER_KEY)
    refused = px.run("token", "create", "ci", "--role", "reader")  # sent once
    done = px.run("audit", "restart", "--yes", "--json")
    restarted = json.loads(done.stdout)

    assert (refused.returncode, "px audit restart" in refused.stderr) == (5, True)
    assert (done.returncode, done.stderr, restarted["sequence"]) == (0, "", 2)
    conforms("audit restart", restarted)
    for line in ("secret create A --value y", "token create ci --role reader"):
        assert px.run(*line.split()).returncode == 0
    assert px.run("secret", "delete", "OLD", "--yes").returncode == 0
    assert px.run("secret", "exists", "A").returncode == 0
    verified = px.run("audit", "verify")
    lines = verified.stdout.splitlines()
    assert (verified.returncode, lines[0]) == (
        1,
        f"unknown_key\t{restarted['previousKeyId']}\t1",
    )
    accepted = px.run("audit", "verify", "--dropped", restarted["previousKeyId"])
    assert accepted.returncode == 0
    assert px.run("audit", "restart", "--yes", "--json").returncode == 1


def test_a_restart_is_refused_where_nothing_is_lost(px: Px) -> None:
    """Exit code 1 and the code `conflict`; the log is as it was."""
    write(px, "A")
    before = px.run("audit").stdout
    done = px.run("audit", "restart", "--yes", "--json")

    assert (done.returncode, json.loads(done.stderr)["code"]) == (1, "conflict")
    assert px.run("audit").stdout == before


def test_a_restart_asks_first(px: Px, server: TestDevServer) -> None:
    """It names the server and the project; anything but yes changes nothing."""
    write(px, "A")
    server.configure(master_keys=OTHER_KEY)
    unasked = px.run("audit", "restart", "--project", "default", "--json")
    child = px.terminal("audit", "restart", "--project", "default")
    child.expect_exact(f"Draw a new audit key for {server.url}, project default?")
    child.sendline("n")
    child.expect(EOF)

    assert (unasked.returncode, json.loads(unasked.stderr)["code"]) == (1, "not_confirmed")
    assert len(json.loads(px.run("audit", "--json").stdout)["events"]) == 1
