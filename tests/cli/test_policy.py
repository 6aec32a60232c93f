"""`px secret policy` and `px secret due`: what is set, what is shown, and the exit codes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from px.testing import faults
from px.testing.dev_server import TestDevServer
from support.px_in_process import PxInProcess
from support.px_process import CANARY
from support.schemas import conforms


@pytest.fixture(autouse=True)
def stored(server: TestDevServer) -> None:
    server.seed({"A": CANARY, "B": CANARY})


def _policy(here: PxInProcess, *options: str) -> dict[str, Any]:
    done = here.run("secret", "policy", "A", *options, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    conforms("secret policy", json.loads(done.stdout))
    return dict(json.loads(done.stdout))


def test_without_options_it_shows(here: PxInProcess, server: TestDevServer) -> None:
    """One line for each part on stdout, and nothing is changed."""
    done = here.run("secret", "policy", "A")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "name\tA\nversion\t1\nexpires\tnever\nafter that\tit warns\nrotate every\tnever\n"
        "due\tnever\nkept versions\t10\nkept when deleted\t30 days\n"
    )
    assert [call.method for call in server.calls] == ["GET"]


def test_it_changes_what_is_named(here: PxInProcess, server: TestDevServer) -> None:
    """The rest stays; `never` and an empty note take away; the value is the same."""
    _policy(here, "--note", "of the shop", "--expires", "2100-01-31", "--rotate-every", "12w")
    _policy(here, "--enforce", "--keep", "3", "--keep-deleted", "0d")
    found = _policy(here)
    gone = _policy(here, "--note", "", "--expires", "never", "--rotate-every", "never")

    assert found["note"] == "of the shop"
    assert (found["expiresAt"], found["rotateEvery"]) == ("2100-01-31T00:00:00.000Z", 84)
    assert (found["enforce"], found["keep"]) == (True, {"versions": 3, "days": 0})
    assert {"note", "expiresAt", "rotateEvery", "due", "why"}.isdisjoint(gone)
    assert gone["version"] == 1
    assert server.values() == {"A": CANARY, "B": CANARY}


def test_a_change_names_the_place(here: PxInProcess, server: TestDevServer) -> None:
    """The sentence and the place are on stderr, what it is now on stdout."""
    done = here.run("secret", "policy", "A", "--enforce")

    assert done.stderr.startswith("Policy changed successfully!\nIt is stored at http://127.0.0.1")
    assert "after that\tit cannot be read\n" in done.stdout
    assert server.calls[-1].method == "PATCH"


def test_a_duration_is_from_now(here: PxInProcess) -> None:
    """90d is 90 days after this moment."""
    before = datetime.now(UTC) + timedelta(days=90, seconds=-2)
    at = datetime.fromisoformat(_policy(here, "--expires", "90d")["expiresAt"])

    assert before <= at <= before + timedelta(minutes=5)


@pytest.mark.parametrize(
    "options",
    [
        *(["--expires", text] for text in ("soon", "2026-13-01", "0d", "")),
        *(["--rotate-every", text] for text in ("30m", "36h", "11y", "9999d", "")),
        *(["--keep", text] for text in ("0", "101")),
        *(["--keep-deleted", text] for text in ("366d", "90m", "x")),
        *(["--note", text] for text in ("two\nlines", "x" * 501, "\x1b[2J")),
    ],
)
def test_usage(here: PxInProcess, server: TestDevServer, options: list[str]) -> None:
    """Exit code 2 names the option, and nothing is sent."""
    done = here.run("secret", "policy", "A", *options)

    assert done.returncode == 2
    assert options[0] in done.stderr
    assert server.calls == []


def test_no_secret(here: PxInProcess) -> None:
    """Exit code 1, as for every name that is not there."""
    for options in ([], ["--enforce"]):
        done = here.run("secret", "policy", "NONE", *options)
        assert (done.returncode, done.stdout) == (1, "")
        assert "there is no secret NONE" in done.stderr


def test_a_lost_answer_is_no_certainty(here: PxInProcess, server: TestDevServer) -> None:
    """px says what may have been done, and that running it again is safe."""
    server.fail_next(*[faults.cut] * 20)
    done = here.run("secret", "policy", "A", "--enforce", "--timeout", "1")

    assert done.returncode == 3
    assert "the policy may have been changed" in done.stderr
    assert "run the same command again: it is safe" in done.stderr


def test_nothing_is_due(here: PxInProcess) -> None:
    """Exit code 0, and nothing on stdout."""
    done = here.run("secret", "due")

    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "Nothing is due within 14d.\n"


def test_what_is_due_is_data(here: PxInProcess) -> None:
    """Exit code 1; soonest first, with tabs between name, date, why and note."""
    here.run("secret", "policy", "A", "--rotate-every", "10d", "--note", "see the wiki")
    here.run("secret", "policy", "B", "--expires", "2001-02-03")
    done = here.run("secret", "due")
    lines = [line.split("\t") for line in done.stdout.splitlines()]

    assert done.returncode == 1
    assert lines[0] == ["B", "2001-02-03T00:00:00.000Z", "expires", ""]
    assert [lines[1][0], *lines[1][2:]] == ["A", "rotate", "see the wiki"]
    assert done.stderr.startswith("2 secrets are due within 14d, 1 of them already\nhint: ")


def test_within(here: PxInProcess) -> None:
    """What is due later is not listed; with a longer look it is."""
    here.run("secret", "policy", "A", "--expires", "20d")

    assert [here.run("secret", "due", "--within", text).returncode for text in ("19d", "3w")] == [
        *(0, 1)
    ]
    assert here.run("secret", "due", "--within", "x").returncode == 2


def test_due_as_json(here: PxInProcess) -> None:
    """The document says all of each policy, and the exit code is the same."""
    here.run("secret", "policy", "A", "--expires", "2001-02-03", "--enforce", "--note", "n")
    done = here.run("secret", "due", "--json")
    found = json.loads(done.stdout)
    conforms("secret due", found)

    assert (done.returncode, done.stderr, found["count"]) == (1, "", 1)
    assert found["due"][0]["why"] == "expires"
    assert found["due"][0]["enforce"] is True


def test_exists_says_that_it_expired(here: PxInProcess) -> None:
    """An enforced secret that has expired is no `true`: the error says when, exit code 1."""
    here.run("secret", "policy", "A", "--expires", "2001-02-03", "--enforce")
    done = here.run("secret", "exists", "A")

    assert (done.returncode, done.stdout) == (1, "")
    assert "the secret A expired at 2001-02-03T00:00:00.000Z" in done.stderr
    assert "hint: `px secret policy NAME` shows its dates and moves them" in done.stderr


def test_a_list_warns_of_what_has_expired(here: PxInProcess) -> None:
    """On stderr, with the time, and whether brains are refused; the list itself is whole."""
    here.run("secret", "policy", "A", "--expires", "2001-02-03")
    here.run("secret", "policy", "B", "--expires", "90d")
    warned = here.run("secret", "list")
    here.run("secret", "policy", "A", "--enforce")
    refused = here.run("secret", "list")

    assert [line.split("\t")[0] for line in warned.stdout.splitlines()] == ["A", "B"]
    assert warned.stderr == "warning: expired: A (2001-02-03 00:00 UTC)\n"
    assert refused.stderr == "warning: expired: A (2001-02-03 00:00 UTC, now refused)\n"


def test_a_change_warns_of_what_has_expired(here: PxInProcess) -> None:
    """At once, with how to move the date."""
    warning = (
        "warning: expired: A (2001-02-03 00:00 UTC, now refused)\n"
        "hint: `px secret policy A --expires TIME` moves the date\n"
    )
    changed = here.run("secret", "policy", "A", "--expires", "2001-02-03", "--enforce")
    moved = here.run("secret", "policy", "A", "--expires", "90d")

    assert changed.returncode == 0
    assert changed.stderr.endswith(warning)
    assert "expired" not in moved.stderr


def test_require_warns_of_what_has_expired(here: PxInProcess) -> None:
    """It counts as there: exit code 0, and --json names it too."""
    here.run("secret", "policy", "A", "--expires", "2001-02-03")
    done = here.run("secret", "require", "A", "B")
    document = json.loads(here.run("secret", "require", "A", "B", "--json").stdout)
    conforms("secret require", document)

    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == (
        "2 secrets required, none missing\nwarning: expired: A (2001-02-03 00:00 UTC)\n"
    )
    assert document == {"present": ["A", "B"], "missing": [], "expired": ["A"]}
