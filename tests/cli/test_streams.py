"""Closed streams, full disks, readers that leave: a documented exit code and never a traceback."""

from __future__ import annotations

import json
import signal

import pytest

from px.testing import faults
from px.testing.dev_server import TestDevServer
from support.command_tree import LEAVES
from support.px_process import Px

# How to call a command that does something; a command that is not named here is called bare, in a
# folder that holds no project, which is a question or a refusal and soon over.
CALLS = {
    "secret create": ["A --value x", "A --stdin", "A"],
    "secret list": ["", "--json"],
    "secret exists": ["A"],
    "secret delete": ["A", "A --yes"],
    "secret import": ["x.env", "x.env --dry-run", "-"],
    "token create": ["ci --role reader"],
    "token revoke": ["0123456789abcdef --yes"],
    "grant add": ["app --read A"],
    "grant remove": ["app --yes"],
    "spec": ["$PX_URL --only names.case"],
    "schema": ["secret list"],
    "completion": ["bash"],
}
TALK = ["", "--help", "--version", "nonsense", "secret", "secret --help", "secret list --nonsense"]
LINES = [
    *TALK,
    *(f"{' '.join(path)} {call}" for path in LEAVES for call in CALLS.get(" ".join(path), [""])),
]
DOCUMENTED = {"0", "1", "2", "3", "4", "5", "130"}

# What bash does to each command; some of it at once, for each costs a second or two. A file that
# may not grow is a full disk that needs no root: every write to a file fails, and pipes go on.
CONDITIONS = {
    "stdout closed": "%s >&-",
    "stdin and stderr closed": "%s <&- 2>&-",
    "all closed": "%s <&- >&- 2>&-",
    "stdout full": "%s >/dev/full",
    "stderr full, no terminal": "setsid -w %s 2>/dev/full",
    "reader gone": "(set -o pipefail; %s | true)",
    "no home": "(unset HOME; %s)",
    "disk full": "(ulimit -f 0; %s)",
}


@pytest.fixture
def filled(px: Px, server: TestDevServer) -> Px:
    """One secret on the server, one in a file, a home of its own."""
    server.seed({"A": "x"})
    (px.folder / "x.env").write_text("A=1\n")
    px.environment["HOME"] = str(px.folder)
    return px


@pytest.mark.parametrize("how", CONDITIONS.values(), ids=CONDITIONS)
def test_no_traceback(filled: Px, how: str) -> None:
    """Whatever is missing, every command there is ends with a documented code, and soon."""
    lines = [how % f'"$PX" {line}' for line in LINES]
    # The codes go into one pipe: they are written where no file can be.
    script = "\n".join(f'{{ {line}; }} </dev/null 3>&-; echo "code $?" >&3' for line in lines)

    done = filled.shell(f"{{ {script}\n}} 3>&1 >/dev/null")

    codes = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("code ")]
    assert len(codes) == len(LINES)
    assert set(codes) <= DOCUMENTED
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


@pytest.mark.parametrize("how", [">&-", ">/dev/full", "2>&-", "| true"])
def test_a_shell_that_asks_gets_no_traceback(filled: Px, how: str) -> None:
    """Behind a prompt there is no place for one."""
    done = filled.shell(
        f'export COMP_WORDS="px" COMP_CWORD=1 _PX_COMPLETE=complete_bash; "$PX" {how}'
    )

    assert done.stderr == ""


def test_a_full_disk_is_not_silent(filled: Px) -> None:
    """A list that could not be written is not a success."""
    done = filled.shell('"$PX" secret list > /dev/full')

    assert (done.returncode, done.stderr) == (
        1,
        "error: the output cannot be written: no space left on device\n",
    )


def test_a_rotation_that_cannot_note_its_key_changes_nothing(px: Px, server: TestDevServer) -> None:
    """A full disk for .px: a sentence, and the Worker's keys are as they were."""
    (px.folder / "wrangler.toml").write_text('name = "w"\n')
    kept = f'MASTER_KEYS="{server.service.settings.master_keys}"\n'
    (px.folder / ".dev.vars").write_text(kept)
    (px.folder / ".px").mkdir()
    local = {"url": server.url, "token": server.token}
    (px.folder / ".px" / "local.json").write_text(json.dumps(local))

    done = px.shell('ulimit -f 0; "$PX" key rotate | cat; exit "${PIPESTATUS[0]}"')

    assert (done.returncode, "Traceback" in done.stderr) == (5, False)
    assert "\nerror: px cannot use " in done.stderr
    assert (px.folder / ".dev.vars").read_text() == kept
    assert not list((px.folder / ".px").glob("*rotation.json*"))


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
