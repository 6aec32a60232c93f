"""`px secret uses`: who read a secret, which version and when."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pexpect import EOF

from px.testing.dev_server import TestDevServer
from px.testing.faults import refusal
from support.px_in_process import PxInProcess
from support.px_process import CANARY, Px
from support.schemas import conforms

DAY = 86_400_000


@pytest.fixture
def server(with_brains: TestDevServer) -> TestDevServer:
    """As new for each test, with one secret."""
    with_brains.reset()
    with_brains.seed({"API_KEY": CANARY})
    return with_brains


def ran(here: PxInProcess, brain: str) -> str:
    """The id of a run that has ended."""
    run = here.run("brain", "run", brain).stdout.strip()
    here.run("brain", "watch", run)
    return run


def document(here: PxInProcess, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        here.run("secret", "uses", "API_KEY", *words, "--json").stdout
    )
    conforms("secret uses", found)
    return found


def test_a_version_has_its_readers(here: PxInProcess, server: TestDevServer) -> None:
    """A line for each version and reader, the newest version first, however many runs and days."""
    ran(here, "using")
    server.shift_clock(DAY)
    ran(here, "using")
    ran(here, "failing")
    here.run("secret", "create", "API_KEY", "--value", "newer-value")
    ran(here, "using")

    done = here.run("secret", "uses", "API_KEY")
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert [line[0] for line in lines] == ["2", "1", "1"]
    assert sorted(line[:5] for line in lines) == [
        ["1", "brain", "failing", "-", "1"],
        ["1", "brain", "using", "-", "2"],
        ["2", "brain", "using", "-", "1"],
    ]
    assert all(first <= last for *_, first, last in lines)
    assert "Reads are counted since " in done.stderr
    assert len(document(here)["uses"]) == 4  # a day each
    assert [one["reads"] for one in document(here, "--version", "2")["uses"]] == [1]
    assert CANARY not in done.stdout + done.stderr


def test_a_rerun_reads_again(here: PxInProcess) -> None:
    """What a rerun puts back is a read of its brain."""
    run = ran(here, "using")
    here.run("brain", "rerun", run, "--from", "2", "--watch")

    assert [one["reads"] for one in document(here)["uses"]] == [2]


def test_what_was_deleted_is_still_known(here: PxInProcess) -> None:
    """Who had read it before."""
    ran(here, "using")
    here.run("secret", "delete", "API_KEY", "--yes")

    assert [one["version"] for one in document(here)["uses"]] == [1]


def test_nobody_read_it(here: PxInProcess) -> None:
    """Neither list nor exists is a read, and it says so on stderr."""
    here.run("secret", "create", "API_KEY", "--value", "newer-value")
    here.run("secret", "list")
    here.run("secret", "exists", "API_KEY")
    done = here.run("secret", "uses", "API_KEY")

    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("No read of API_KEY was counted.\nReads are counted since ")
    assert document(here)["uses"] == []


def test_what_never_was(here: PxInProcess) -> None:
    """A name that no secret ever had is refused."""
    done = here.run("secret", "uses", "NONE")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: there is no secret NONE\n")


@pytest.mark.parametrize("width", [40, 80, 200])
def test_it_reads_well(px: Px, here: PxInProcess, width: int) -> None:
    """At any width: a table, or a block for each where it would be broken."""
    ran(here, "using")
    child = px.terminal("secret", "uses", "API_KEY", dimensions=(24, width))
    child.expect(EOF)
    child.close()
    lines = (child.before or "").splitlines()

    assert lines[0] == "Who read API_KEY:"
    table = [line for line in lines[1:] if not line.startswith("Reads are counted")]
    assert max(map(len, table)) <= width
    assert any(line.startswith("using (brain)") for line in table)


def test_a_reader_that_a_server_makes_up(here: PxInProcess, server: TestDevServer) -> None:
    """An answer that is not as in the contract is no list of readers."""
    server.fail_next(refusal(200, "strange"))
    done = here.run("secret", "uses", "API_KEY")

    assert (done.returncode, done.stdout) == (5, "")


def test_a_list_says_when_each_was_last_read(here: PxInProcess) -> None:
    """In --json, for what was read."""
    here.run("secret", "create", "OTHER", "--value", "other-value")
    ran(here, "using")
    found = json.loads(here.run("secret", "list", "--json").stdout)
    conforms("secret list", found)

    used, other = found["secrets"]
    assert used["lastReadAt"] == document(here)["uses"][0]["lastReadAt"]
    assert "lastReadAt" not in other


def test_what_nobody_read(here: PxInProcess, server: TestDevServer) -> None:
    """What is old enough and was not read since, with its last read; a prefix narrows it."""
    here.run("secret", "create", "OTHER", "--value", "other-value")
    ran(here, "using")
    server.shift_clock(3 * DAY)
    here.run("secret", "create", "FRESH", "--value", "fresh-value")

    done = here.run("secret", "list", "--unused", "2d")
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    assert [(line[0], line[1] == "never") for line in lines] == [
        ("API_KEY", False),
        ("OTHER", True),
    ]
    assert here.run("secret", "list", "OT", "--unused", "2d").stdout.split("\t")[0] == "OTHER"
    nothing = here.run("secret", "list", "--unused", "4d")
    assert nothing.stdout == ""
    assert "Every secret is newer than 4d, or was read since." in nothing.stderr


def test_unused_says_when_it_cannot_know(here: PxInProcess, server: TestDevServer) -> None:
    """A ledger that began to count later than that: a warning, and `complete` is false."""
    here.run("secret", "create", "OTHER", "--value", "other-value")
    server.shift_clock(3 * DAY)

    told = here.run("secret", "list", "--unused", "4d")
    known = here.run("secret", "list", "--unused", "2d")
    assert "warning: reads are counted only since " in told.stderr
    assert "warning" not in known.stderr
    for words, is_complete in (("4d", False), ("2d", True)):
        found = json.loads(here.run("secret", "list", "--unused", words, "--json").stdout)
        conforms("secret list", found)
        assert found["complete"] is is_complete
        assert "countedSince" in found


def test_unused_takes_a_time(here: PxInProcess) -> None:
    """Like other durations, and not with --deleted."""
    for words in (["--unused", "soon"], ["--unused", "0d"], ["--unused", "9d", "--deleted"]):
        done = here.run("secret", "list", *words)
        assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.parametrize("width", [40, 80, 200])
def test_unused_reads_well(px: Px, here: PxInProcess, server: TestDevServer, width: int) -> None:
    """At any width."""
    ran(here, "using")
    server.shift_clock(3 * DAY)
    child = px.terminal("secret", "list", "--unused", "2d", dimensions=(24, width))
    child.expect(EOF)
    child.close()
    lines = [line for line in (child.before or "").splitlines() if "warning" not in line]

    assert lines[0] == "Nobody read 1 secret for 2d:"
    assert max(map(len, lines)) <= width
    assert any(line.startswith("API_KEY") for line in lines)
