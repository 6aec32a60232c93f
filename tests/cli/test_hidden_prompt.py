"""The hidden prompt under signals, job control and keys: a real terminal, with a shell around."""

from __future__ import annotations

import os
import resource
import signal

import pytest
from pexpect import EOF

from px.testing import faults
from px.testing.dev_server import TestDevServer
from support.px_process import CANARY, Px
from support.typing_person import GIVEN_BACK, modes, px_below, shell

PROMPTS = ["secret create A", "secret create A --stdin", "secret import -"]


@pytest.mark.parametrize("arguments", PROMPTS)
@pytest.mark.parametrize(
    ("number", "code"),
    [
        *(("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129), ("SIGQUIT", 131)),
        *(("SIGALRM", 142), ("SIGUSR1", 138), ("SIGXCPU", 152)),
    ],
)
def test_a_signal_gives_the_terminal_back(px: Px, arguments: str, number: str, code: int) -> None:
    """It shows typing again, px says that it stopped, and nothing that was typed is shown."""
    child = shell(px, arguments)
    child.expect_exact("(hidden")
    child.send(CANARY)

    os.kill(px_below(child), getattr(signal, number))
    child.expect_exact(f"code={code}")
    shown = child.before
    found = modes(child)
    child.close()

    assert found >= GIVEN_BACK
    assert "error: interrupted" in shown
    assert CANARY not in shown


def test_ctrl_backslash_gives_the_terminal_back(px: Px) -> None:
    """The key too; no core dump, which would hold the token."""
    child = px.terminal("secret", "create", "A")
    child.expect_exact("(hidden): ")
    child.send(CANARY + "\x1c")
    child.expect(EOF)
    child.close()

    assert (child.exitstatus, list(px.folder.glob("core*"))) == (131, [])


def test_ctrl_z_gives_the_terminal_back_and_fg_hides_it_again(
    px: Px, server: TestDevServer
) -> None:
    """While px is suspended the terminal is the shell's; resumed, px asks anew and hides."""
    child = shell(px, "secret create A", then="fg; echo ended=$?")
    child.expect_exact("(hidden): ")
    child.send("abc\x1a")
    child.expect_exact(f"code={128 + signal.SIGTSTP}")
    suspended = modes(child)

    child.expect_exact("Value of A (hidden): ")
    child.send("ghi\r")
    child.expect_exact("ended=0")
    shown = child.before
    child.close()

    assert suspended >= GIVEN_BACK
    assert "ghi" not in shown
    assert server.values() == {"A": "ghi"}


def test_ctrl_z_where_no_shell_could_resume_px(px: Px, server: TestDevServer) -> None:
    """As in a container: nothing stops, px asks anew, and the terminal is still hidden."""
    child = px.terminal("secret", "create", "A")
    child.expect_exact("(hidden): ")

    child.send("abc\x1a")
    child.expect_exact("Value of A (hidden): ")
    child.send("ghi\r")
    child.expect(EOF)
    child.close()

    assert "ghi" not in child.before
    assert (child.exitstatus, server.values()) == (0, {"A": "ghi"})


def test_one_killed_while_suspended_leaves_the_terminal_as_it_was(px: Px) -> None:
    """Even by SIGKILL, which nobody can take."""
    child = shell(px, "secret create A", then="kill -9 %1; wait; stty -a; echo over")
    child.expect_exact("(hidden): ")
    child.send("abc\x1a")

    child.expect_exact("code=")
    child.expect_exact("\r\nover")
    child.close()

    assert set(child.before.replace(";", " ").split()) >= GIVEN_BACK


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("first second\x17last\r", "first last"),
        ("first second  \x17last\r", "first last"),
        ("word\x17other\r", "other"),
        ("\x17x\r", "x"),
        ("gr\u00fc\U0001f512\x7f\x7fun\r", "grun"),
        ("\x7f\x7fx\r", "x"),
        ("\x1b[200~pasted-value\x1b[201~\r", "pasted-value"),
        ("a\x1b[200~b\x1b[201~c\r", "abc"),
    ],
)
def test_keys_edit_as_the_terminal_does(
    px: Px, server: TestDevServer, typed: str, stored: str
) -> None:
    """Ctrl-W takes a word, Backspace one character; the marks around a paste are no part of it."""
    child = px.terminal("secret", "create", "A")
    child.expect_exact("(hidden): ")

    child.send(typed)
    child.expect(EOF)
    child.close()

    assert server.values() == {"A": stored}


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("ab\x1b[Dc\r", "ESC"),
        ("ab\x1b[3~\r", "ESC"),
        ("\x1b[Habc\r", "ESC"),
        ("\x1bOPabc\r", "ESC"),
        ("abc\x01\r", "Ctrl-A"),
        ("abc\x0b\r", "Ctrl-K"),
        ("abc\x05d\r", "Ctrl-E"),
        ("ab\tc\r", "Tab"),
        ("ab\x00c\r", "Ctrl-@"),
        ("ab\u0085c\r", "U+0085"),
        ("abc\x1b[D\x7f\x7f\x7f\r", "ESC"),
        ("wrong\x1b[D\x15right\r", "ESC"),
        ("wrong \x1b[D\x17right\r", "ESC"),
    ],
)
def test_a_key_that_edits_nothing_is_refused(
    px: Px, server: TestDevServer, typed: str, key: str
) -> None:
    """Arrows, Home, Delete, F1: what px would store is not what was meant, edited away or not."""
    child = px.terminal("secret", "create", "A", dimensions=(24, 400))
    child.expect_exact("(hidden): ")

    child.send(typed)
    child.expect(EOF)
    child.close()

    assert (child.exitstatus, server.values()) == (2, {})
    assert f"error: the value contains a control character ({key}); nothing was sent" in (
        child.before
    )
    assert "--from-file" in child.before


def test_the_server_is_asked_before_the_value(px: Px) -> None:
    """Nobody types a value for a server that is not there."""
    child = px.terminal("secret", "create", "A", environment={"PX_URL": "http://127.0.0.1:9"})

    child.expect(EOF)
    child.close()

    assert child.exitstatus == 3
    assert "(hidden)" not in child.before


def test_a_token_that_is_not_known_is_refused_before_the_value(
    px: Px, server: TestDevServer
) -> None:
    """Nor for one that does not take it."""

    server.fail_next(faults.refusal(401, "unauthenticated"))
    child = px.terminal("secret", "create", "A")

    child.expect(EOF)
    child.close()

    assert child.exitstatus == 4
    assert "(hidden)" not in child.before


def test_no_core_dump_holds_a_value(px: Px) -> None:
    """Neither to a file nor, on Linux, to a program: 1 byte is the one limit that both heed."""
    px.environment["A"] = "x"
    child = px.terminal("secret", "create", "A")
    child.expect_exact("(hidden): ")

    limits, _ = resource.prlimit(child.pid, resource.RLIMIT_CORE)
    os.kill(child.pid, signal.SIGABRT)
    child.expect(EOF)
    child.close()

    assert limits <= 1
    assert list(px.folder.glob("core*")) == []


def test_a_command_of_px_run_has_its_callers_limit(px: Px) -> None:
    """px's own limit for core dumps ends where the command begins."""
    (px.folder / ".env.secrets").write_text(f"A={CANARY}\n")
    (px.folder / ".env.secrets").chmod(0o600)
    look = "grep core /proc/self/limits"

    done = px.shell(f'ulimit -c 4096; {look}; "$PX" run -- {look}')

    direct, through = done.stdout.splitlines()
    assert direct == through
