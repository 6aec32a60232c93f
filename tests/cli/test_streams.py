"""Closed streams, full disks, readers that leave: a documented exit code and never a traceback."""

from __future__ import annotations

import signal

import pytest

from px import faults
from px.testing import TestDevServer
from support.px_process import Px

COMMANDS = [
    "secret list",
    "secret list --json",
    "secret exists A",
    "secret create A --value x",
    "secret create A --stdin",
    "secret create A",
    "secret delete A",
    "secret delete A --yes",
    "secret import x.env",
    "secret import x.env --dry-run",
    "token list",
    "audit",
    "audit verify",
    "key list",
    "secret --help",
    "secret",
    "--help",
    "--version",
    "nonsense",
    "",
]
STREAMS = [">&-", "2>&-", "<&-", ">&- 2>&-", "<&- >&- 2>&-", ">/dev/full", "2>/dev/full", "| true"]


@pytest.fixture
def filled(px: Px, server: TestDevServer) -> Px:
    """One secret on the server, one in a file."""
    server.seed({"A": "x"})
    (px.folder / "x.env").write_text("A=1\n")
    return px


@pytest.mark.parametrize("streams", STREAMS)
def test_no_traceback(filled: Px, streams: str) -> None:
    """Whatever stream is missing, every command ends with a documented code."""
    line = "\n".join(
        f'(set -o pipefail; "$PX" {command} {streams}) </dev/null; echo "$?" >&3'
        for command in COMMANDS
    )

    done = filled.shell(f"exec 3>codes\n{line}")

    codes = (filled.folder / "codes").read_text().split()
    assert set(codes) <= {"0", "1", "2"}
    assert "Traceback" not in done.stdout + done.stderr
    assert "Exception ignored" not in done.stderr


def test_a_full_disk_is_not_silent(filled: Px) -> None:
    """A list that could not be written is not a success."""
    done = filled.shell('"$PX" secret list > /dev/full')

    assert (done.returncode, done.stderr) == (
        1,
        "error: the output cannot be written: no space left on device\n",
    )


def test_a_reader_that_leaves_is_no_failure(px: Px, server: TestDevServer) -> None:
    """`px secret list | head -1` is quiet."""
    server.seed({f"N{number:04}": "x" for number in range(2000)})

    done = px.shell('set -o pipefail; "$PX" secret list | head -1')

    assert (done.returncode, done.stderr, done.stdout.count("\n")) == (0, "", 1)


def test_a_second_ctrl_c_changes_nothing(px: Px, server: TestDevServer) -> None:
    """An impatient hand does not turn the account into a traceback."""
    server.fail_next(faults.hang)
    running = px.start("secret", "list")
    server.wait_for_calls(1)

    for _ in range(3):
        running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=20)

    assert (running.returncode, err) == (130, "error: interrupted\n")


def test_no_home_is_no_problem(px: Px) -> None:
    """px needs no HOME and no state of its own."""
    assert px.run("secret", "list", environment={"HOME": ""}).returncode == 0
