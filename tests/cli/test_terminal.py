"""px on a real pseudo-terminal: the hidden prompt, the question, the table."""

from __future__ import annotations

from typing import Any

import pytest
from pexpect import EOF

from px.testing.dev_server import TestDevServer
from support.px_process import CANARY, Px

Child = Any  # pexpect has no types


def ask(px: Px) -> Child:
    child = px.terminal("secret", "create", "A")
    child.expect_exact("Value of A (hidden): ")
    return child


def finish(child: Child) -> tuple[int | None, str]:
    """Exit code, and what was shown since the last expectation."""
    child.expect(EOF)
    child.close()
    return child.exitstatus, child.before or ""


def written(server: TestDevServer) -> list[str]:
    """The calls that change something: px looks whether the server is there before it asks."""
    return [call.path for call in server.calls if call.method != "GET"]


def test_the_prompt_shows_nothing(px: Px, server: TestDevServer) -> None:
    """What is typed is stored and appears nowhere on the screen."""
    child = ask(px)

    child.send(CANARY + "\r")
    code, shown = finish(child)

    assert (code, CANARY in shown, server.values()) == (0, False, {"A": CANARY})


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("abc\x7f\x7fd\r", "ad"),
        ("wrong\x15right\r", "right"),
        ("\u00fc\x7fu\r", "u"),
        (" spaces stay \r", " spaces stay "),
        ("ends with ctrl-d\x04", "ends with ctrl-d"),
    ],
)
def test_the_prompt_can_be_edited(px: Px, server: TestDevServer, typed: str, stored: str) -> None:
    """Backspace takes a character, Ctrl-U everything."""
    child = ask(px)

    child.send(typed)
    finish(child)

    assert server.values() == {"A": stored}


def test_a_long_line_is_not_cut(px: Px, server: TestDevServer) -> None:
    """The kernel's line mode would cut at 4,095 bytes; the prompt takes a whole value."""
    child = ask(px)

    child.send("x" * 65_536 + "\r")
    code, _ = finish(child)

    assert (code, server.values()) == (0, {"A": "x" * 65_536})


def test_a_line_that_is_too_long_is_refused(px: Px, server: TestDevServer) -> None:
    """One byte more than a value may have, and nothing is sent."""
    child = ask(px)

    child.send("x" * 65_537 + "\r")
    code, _ = finish(child)

    assert (code, written(server)) == (2, [])


@pytest.mark.parametrize("pasted", [f"{CANARY}\rmore\r", f"{CANARY}\rmore", f"{CANARY}\r\r"])
def test_several_pasted_lines_are_refused(px: Px, server: TestDevServer, pasted: str) -> None:
    """A value is never cut at its first line: px refuses, sends nothing and shows nothing."""
    child = ask(px)

    child.send(pasted)
    code, shown = finish(child)

    assert (code, written(server)) == (2, [])
    assert "--from-file" in shown
    assert CANARY not in shown
    assert "more\r" not in shown.replace("more than", "")


def test_ctrl_c_at_the_prompt(px: Px, server: TestDevServer) -> None:
    """Exit code 130, nothing sent, and the terminal shows typing again."""
    child = ask(px)

    child.send(CANARY)
    child.sendintr()
    code, shown = finish(child)

    assert (code, written(server), CANARY in shown) == (130, [], False)


def test_nothing_typed_is_refused(px: Px) -> None:
    """An empty line is no value."""
    child = ask(px)

    child.send("\r")

    assert finish(child)[0] == 2


def test_stdin_on_a_terminal_is_hidden_too(px: Px, server: TestDevServer) -> None:
    """Several lines can be pasted with --stdin, up to Ctrl-D, and are not shown."""
    child = px.terminal("secret", "create", "A", "--stdin")
    child.expect_exact("end with Ctrl-D): ")

    child.send(f"{CANARY}\rsecond\r\x04")
    code, shown = finish(child)

    assert (code, CANARY in shown) == (0, False)
    assert server.values() == {"A": f"{CANARY}\nsecond"}


@pytest.mark.parametrize(
    ("answer", "code", "left"),
    [("y\r", 0, 0), ("yes\r", 0, 0), ("n\r", 1, 1), ("\r", 1, 1), ("\x04", 1, 1), ("\x03", 130, 1)],
)
def test_delete_asks(px: Px, server: TestDevServer, answer: str, code: int, left: int) -> None:
    """Only a yes deletes; Ctrl-C is an interruption."""
    server.seed({"A": "x"})
    child = px.terminal("secret", "delete", "A")
    child.expect(r"Delete the secret A at http://\S+, its default project\? \[y/N\]: ")

    child.send(answer)

    assert (finish(child)[0], len(server.values())) == (code, left)


def test_a_list_is_a_table(px: Px, server: TestDevServer) -> None:
    """People get a count, a head and short dates, without colour codes."""
    server.seed({"A": CANARY, "LONG_NAME": CANARY})

    code, shown = finish(px.terminal("secret", "list"))

    lines = shown.split("\r\n")
    assert (code, lines[0], lines[1].split()[0]) == (0, "Found 2 secrets:", "NAME")
    assert [line.split()[0] for line in lines[2:4]] == ["A", "LONG_NAME"]
    assert "\x1b" not in shown
