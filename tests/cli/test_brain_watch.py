"""`px brain watch` as a process: Ctrl-C, a server that goes away, a reader that does."""

from __future__ import annotations

import json
import signal
from pathlib import Path

from px.testing.dev_server import TestDevServer
from px.testing.faults import answer, hang, refusal
from support.event_streams import ONE_STEP, RUN, endless, stream
from support.px_process import Px

HINT = f"watch it again with `px brain watch {RUN}`"


def test_ctrl_c_ends_the_watching_and_says_so(px: Px, server: TestDevServer) -> None:
    """130; the run goes on, and there is a way back to it."""
    server.fail_next(endless(ONE_STEP[:3]))
    running = px.start("brain", "watch", RUN)
    assert running.stdout
    seen = [running.stdout.readline() for _ in range(2)]

    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=20)

    assert seen == ["brain:start\texample\n", "step:start\texample > Ask\n"]
    assert running.returncode == 130
    assert err == f"error: interrupted; the run continues\nhint: {HINT}\n"


def test_ctrl_c_as_json(px: Px, server: TestDevServer) -> None:
    """The same for a program."""
    server.fail_next(endless(ONE_STEP[:1]))
    running = px.start("brain", "watch", RUN, "--json")
    assert running.stdout
    running.stdout.readline()

    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=20)

    assert (running.returncode, json.loads(err)["code"]) == (130, "interrupted")


def test_ctrl_c_while_a_run_starts_leaves_it_open(px: Px, server: TestDevServer) -> None:
    """130; nobody knows whether it has started, and px says so."""
    server.fail_next(hang)
    running = px.start("brain", "run", "example")
    server.wait_for_calls(1)

    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=20)

    assert (running.returncode, out) == (130, "")
    assert err == (
        "error: interrupted; the run may have started\n"
        "hint: check with `px brain runs`; starting it again would be a second run\n"
    )


def test_ctrl_c_leaves_the_terminal_on_a_new_line(px: Px, server: TestDevServer) -> None:
    """A step that is still drawn is not written over."""
    server.fail_next(endless(ONE_STEP[:3]))
    child = px.terminal("brain", "watch", RUN, environment={"NO_COLOR": "1"})
    child.expect_exact("\u2022 Ask")

    child.sendintr()
    child.expect_exact("error: interrupted")

    assert (child.before or "").endswith("\r\n")


def test_a_server_that_goes_away_is_3(tmp_path: Path) -> None:
    """In the middle of a run, after px has tried for --timeout; what came is shown."""
    with TestDevServer() as server:
        px = Px(tmp_path, server.environment)
        server.fail_next(endless(ONE_STEP[:2]))
        running = px.start("brain", "watch", RUN, "--timeout", "1")
        assert running.stdout
        first = running.stdout.readline()
    out, err = running.communicate(timeout=30)

    assert (first, out, running.returncode) == ("brain:start\texample\n", "", 3)
    assert "cannot be reached" in err
    assert HINT in err


def test_a_reader_that_has_had_enough_is_no_failure(px: Px, server: TestDevServer) -> None:
    """`px brain watch | head -1`: 0, and nothing on stderr."""
    server.fail_next(stream([*ONE_STEP[:1], *[ONE_STEP[2]] * 5000, *ONE_STEP[3:]]))

    done = px.shell(f'"$PX" brain watch {RUN} | head -1; exit ${{PIPESTATUS[0]}}')

    assert (done.stdout, done.stderr, done.returncode) == ("brain:start\texample\n", "", 0)


def test_a_full_disk_loses_no_run(px: Px, server: TestDevServer) -> None:
    """What started is named where it can be read."""
    server.fail_next(answer(201, json.dumps({"brainRunId": RUN}).encode()))

    done = px.shell('"$PX" brain run example >/dev/full')

    assert done.returncode == 1
    assert done.stderr.endswith(f"hint: the run has started: {RUN}\n")


def test_a_wrong_token_is_4(px: Px, server: TestDevServer) -> None:
    """And nothing is shown of it."""
    server.fail_next(refusal(401, "unauthenticated", "the token is not known"))

    done = px.run("brain", "watch", RUN, environment={"PX_TOKEN": "canary-token"})

    assert (done.returncode, done.stdout) == (4, "")
    assert "canary-token" not in done.stderr


def test_what_was_read_from_copies_is_told(px: Px, server: TestDevServer) -> None:
    """After the last step, with each version; the run's events say it."""
    read = {**ONE_STEP[3], "fromCopy": {"KEY": 3, "OTHER": 1}}
    server.fail_next(stream([*ONE_STEP[:3], read, ONE_STEP[4]]))
    done = px.run("brain", "watch", RUN)

    assert done.returncode == 0
    assert done.stderr.splitlines()[0] == (
        "warning: the ledger did not answer, so the run read copies from KV: "
        "KEY (version 3), OTHER (version 1)"
    )
