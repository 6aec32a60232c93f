"""SIGTERM, SIGHUP and SIGQUIT end px as Ctrl-C does: with an account that the server confirms."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import pytest

from px.testing import faults
from px.testing.dev_server import TestDevServer
from support.px_process import CANARY, PX, Px

NEW = {f"N{number:03}": f"{CANARY}-{number}" for number in range(300)}
OLD = [f"OLD_{number}" for number in range(5)]
STOPS = [
    (signal.SIGTERM, 143),
    (signal.SIGHUP, 129),
    (signal.SIGQUIT, 131),
    (signal.SIGINT, 130),
    (signal.SIGUSR1, 138),
]


@pytest.fixture(autouse=True)
def file(px: Px) -> None:
    """300 secrets: three chunks."""
    text = "".join(f"{name}={value}\n" for name, value in NEW.items())
    (px.folder / "x.env").write_text(text)


def stop(
    running: subprocess.Popen[str], number: signal.Signals, times: int = 1
) -> tuple[int, str, str]:
    """Exit code, stdout and stderr, once it was sent the signal."""
    for _ in range(times):
        running.send_signal(number)
    out, err = running.communicate(timeout=30)
    return running.returncode, out, err


@pytest.mark.parametrize(("number", "code"), STOPS)
def test_an_import_gives_its_account(
    px: Px, server: TestDevServer, number: signal.Signals, code: int
) -> None:
    """What is written, what may be, what was not sent; and what to do."""
    server.fail_next(None, faults.hang)
    with px.start("secret", "import", "x.env") as running:
        server.wait_for_calls(2)
        ended, _, told = stop(running, number)

    assert ended == code
    assert (
        "error: interrupted; 100 of 300 secrets were written, "
        "100 may or may not be written (N100 to N199), 100 not sent (N200 to N299)"
    ) in told
    assert "hint: run the same command again" in told
    assert server.values() == {name: NEW[name] for name in list(NEW)[:100]}


@pytest.mark.parametrize(("number", "code"), STOPS)
def test_a_prune_gives_its_account(
    px: Px, server: TestDevServer, number: signal.Signals, code: int
) -> None:
    """What was deleted, what may be, what was not."""
    server.seed(dict.fromkeys(OLD, "x"))
    server.fail_next(*[None] * 6, faults.hang)  # a list, three chunks, two deletions
    with px.start("secret", "import", "x.env", "--prune", "--yes") as running:
        server.wait_for_calls(7)
        ended, _, told = stop(running, number)

    assert ended == code
    assert (
        "300 of 300 secrets were written; 2 of 5 were deleted, "
        "OLD_2 may or may not be deleted, 2 not deleted (OLD_3 to OLD_4)"
    ) in told


def test_an_impatient_second_signal_cuts_no_account_short(px: Px, server: TestDevServer) -> None:
    """However many come."""
    server.fail_next(None, faults.hang)
    with px.start("secret", "import", "x.env") as running:
        server.wait_for_calls(2)
        ended, _, told = stop(running, signal.SIGTERM, times=20)

    assert (ended, "100 not sent (N200 to N299)" in told) == (143, True)


def test_the_account_is_json_where_it_was_asked_for(px: Px, server: TestDevServer) -> None:
    """A program learns of each name."""
    server.fail_next(None, faults.hang)
    with px.start("secret", "import", "x.env", "--json") as running:
        server.wait_for_calls(2)
        ended, _, told = stop(running, signal.SIGTERM)

    error = json.loads(told)
    assert (ended, error["code"], len(error["details"])) == (143, "interrupted", 200)


def test_a_single_secret_says_that_it_may_be_written(px: Px, server: TestDevServer) -> None:
    """Nobody can know; running it again is safe."""
    (px.folder / "value").write_text(CANARY)
    server.fail_next(faults.cut, faults.hang, faults.hang)
    with px.start("secret", "create", "A", "--from-file", "value") as running:
        server.wait_for_calls(2)
        ended, _, told = stop(running, signal.SIGTERM)

    assert ended == 143
    assert told == (
        "error: interrupted; the secret may have been written\n"
        "hint: run the same command again: it is safe; or see `px secret list`\n"
    )


@pytest.mark.parametrize(("number", "code"), STOPS)
def test_following_the_audit_ends_in_a_sentence(
    px: Px, server: TestDevServer, number: signal.Signals, code: int
) -> None:
    """No traceback, no half a line."""
    with px.start("audit", "--follow") as running:
        server.wait_for_calls(1)
        ended, _, told = stop(running, number)

    assert (ended, told) == (code, "error: interrupted\n")


def test_a_signal_that_the_caller_ignores_stops_nothing(px: Px, server: TestDevServer) -> None:
    """`nohup px secret import` outlives its terminal."""
    server.fail_next(None, faults.hang)
    line = f"trap '' HUP; exec '{PX}' secret import x.env --timeout 2"
    running = subprocess.Popen(
        ["bash", "-c", line],
        cwd=px.folder,
        env={"PATH": "/usr/bin:/bin", **px.environment},
        stderr=subprocess.PIPE,
        text=True,
    )
    server.wait_for_calls(2)
    _, _, told = stop(running, signal.SIGHUP)

    assert "interrupted" not in told


UNHEARD = """
import os, pathlib, signal, threading
from px.process import stopping

stopping.take()
open_for_ever, _ = os.pipe()
call = pathlib.Path(f"/proc/self/task/{os.getpid()}/syscall")

def send():
    while f" {open_for_ever:#x} " not in call.read_text():
        pass
    signal.pthread_kill(threading.get_ident(), signal.SIGTERM)

try:
    threading.Thread(target=send).start()
    os.read(open_for_ever, 1)
except KeyboardInterrupt:
    print("stopped")
"""


IGNORED = """
import os, signal, time, weakref
from px.process import stopping

class Thing:
    pass

stopping.take()
thing = Thing()
seen = weakref.ref(thing, lambda _: os.kill(os.getpid(), signal.SIGINT))
del thing
try:
    time.sleep(60)
except KeyboardInterrupt:
    print("stopped")
"""


@pytest.mark.parametrize("script", [UNHEARD, IGNORED], ids=["no call", "a callback"])
def test_a_signal_that_interrupts_nothing_is_heard(script: str) -> None:
    """Such as one that another thread takes, or that comes just before a system call; and what is
    raised in a weak reference's callback is raised nowhere else.
    """
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=False
    )

    assert (ended.stdout, ended.stderr) == ("stopped\n", "")


EARLY = """
from px import app

def early(_):
    raise KeyboardInterrupt

app._run = early
app.main()
"""


def test_a_signal_before_px_heeds_them_is_an_interrupt_too() -> None:
    """While its first modules are imported."""
    command = [sys.executable, "-c", EARLY, "secret", "list"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (130, "", "error: interrupted\n")
