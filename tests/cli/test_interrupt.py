"""Ctrl-C on a real pseudo-terminal: exit code 130, and an account that the server confirms."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pexpect
import pytest
from pexpect import EOF

from px.testing import faults
from px.testing.dev_server import TestDevServer
from support.px_process import CANARY, PX, Px

Child = Any  # pexpect has no types

NEW = {f"N{number:03}": f"{CANARY}-{number}" for number in range(300)}
OLD = [f"OLD_{number}" for number in range(5)]
QUESTION = "Import, and delete 5 secrets at {}, its default project? [y/N]: "


@pytest.fixture(autouse=True)
def file(tmp_path: Path) -> None:
    """300 secrets: three chunks."""
    (tmp_path / "x.env").write_text("".join(f"{name}={value}\n" for name, value in NEW.items()))


def finish(child: Child) -> tuple[int | None, str]:
    """Exit code, and what was shown since the last expectation, on one line."""
    child.expect(EOF)
    child.close()
    return child.exitstatus, " ".join((child.before or "").split())


def group(shown: str, what: str, names: Sequence[str]) -> set[str]:
    """The names that px counts as this, by the first and the last of them."""
    found = re.search(rf"(\d+) {what} \((\w+)(?: to (\w+))?\)", shown)
    if found is None:
        return set()
    chosen = names[names.index(found[2]) : names.index(found[3] or found[2]) + 1]
    assert len(chosen) == int(found[1])
    return set(chosen)


def assert_is_true(shown: str, stored: Mapping[str, str]) -> None:
    """What px calls written is stored, what it calls not sent is not, the rest is in doubt."""
    names = list(NEW)
    doubtful = group(shown, "may or may not be written", names)
    unsent = group(shown, "not sent", names)
    written = set(names) - doubtful - unsent

    assert f"{len(written)} of 300 secrets were written" in shown
    assert {name for name in written if stored.get(name) != NEW[name]} == set()
    assert unsent & set(stored) == set()


@pytest.mark.parametrize("question", ["prompt", "stdin", "delete"])
def test_at_a_question(px: Px, server: TestDevServer, question: str) -> None:
    """Nothing was sent, nothing is shown of what was typed, and the terminal is as before."""
    server.seed({"A": "x"})
    commands = {
        "prompt": (["secret", "create", "A"], "(hidden): "),
        "stdin": (["secret", "import", "-"], "Ctrl-D): "),
        "delete": (["secret", "delete", "A"], "[y/N]: "),
    }
    arguments, words = commands[question]
    child = px.terminal(*arguments)
    child.expect_exact(words)
    if question != "delete":
        child.send(CANARY)

    child.sendintr()
    code, shown = finish(child)

    assert (code, server.values()) == (130, {"A": "x"})
    assert {call.method for call in server.calls} <= {"GET"}
    assert CANARY not in shown
    assert "error: interrupted" in shown


@pytest.mark.parametrize("arguments", ["secret create A", "secret import -"])
def test_the_terminal_shows_typing_again(px: Px, arguments: str) -> None:
    """After Ctrl-C at a hidden prompt the shell's next line is visible as before."""
    line = f"{PX} {arguments}; echo code=$?; stty -a"
    child = pexpect.spawn(
        "bash", ["-c", line], cwd=str(px.folder), env=dict(px.environment), timeout=20
    )
    child.expect_exact("(hidden")

    child.sendintr()
    child.expect_exact(b"code=130")
    child.expect(EOF)
    child.close()

    settings = set(child.before.decode().replace(";", " ").split())
    assert {"echo", "icanon", "isig"} <= settings


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        ("\x03", 130, "error: interrupted; nothing was written or deleted"),
        ("n\r", 1, "error: nothing was written or deleted"),
        ("\r", 1, "error: nothing was written or deleted"),
        ("\x04", 1, "error: nothing was written or deleted"),
    ],
)
def test_at_the_prunes_confirmation(
    px: Px, server: TestDevServer, answer: str, code: int, words: str
) -> None:
    """px lists what it would delete; whatever is no yes leaves everything as it was."""
    server.seed(dict.fromkeys(OLD, "x"))
    child = px.terminal("secret", "import", "x.env", "--prune")
    child.expect_exact(f"Stored at {server.url}, its default project, but in none of the files:")
    child.expect_exact(QUESTION.format(server.url))
    listed = child.before.split()

    child.send(answer)
    ended, shown = finish(child)

    assert (listed, ended) == (OLD, code)
    assert words in shown
    assert server.values() == dict.fromkeys(OLD, "x")
    assert {call.method for call in server.calls} == {"GET"}


def test_the_question_names_the_project(px: Px, server: TestDevServer) -> None:
    """Whoever agrees sees where it will be deleted."""
    server.seed({"OLD": "x"}, project="other")
    child = px.terminal("secret", "import", "x.env", "--prune", "--project", "other")

    child.expect_exact(f"Stored at {server.url}, project other, but in none of the files:")
    child.expect_exact(f"Import, and delete 1 secret at {server.url}, project other? [y/N]: ")
    child.sendintr()

    assert finish(child)[0] == 130


def test_a_yes_imports_and_prunes(px: Px, server: TestDevServer) -> None:
    """One question for both, and one bar."""
    server.seed(dict.fromkeys(OLD, "x"))
    child = px.terminal("secret", "import", "x.env", "--prune")
    child.expect_exact(QUESTION.format(server.url))

    child.send("y\r")
    code, shown = finish(child)

    assert (code, server.values()) == (0, NEW)
    assert "100%" in shown
    assert "Imported 300 secrets: 300 created, 0 updated, 5 deleted" in shown


@pytest.mark.parametrize("fault", [faults.hang, faults.cut])
def test_in_the_middle_of_an_import(px: Px, server: TestDevServer, fault: faults.Fault) -> None:
    """With a bar on the screen: what was under way is in doubt, written or not."""
    server.fail_next(None, fault, faults.hang, faults.hang)
    child = px.terminal("secret", "import", "x.env")
    child.expect_exact("33%")
    server.wait_for_calls(3 if fault is faults.cut else 2)

    child.sendintr()
    code, shown = finish(child)

    assert code == 130
    assert "error: interrupted; 100 of 300 secrets were written" in shown
    assert "100 may or may not be written (N100 to N199)" in shown
    assert len(server.values()) == (200 if fault is faults.cut else 100)
    assert_is_true(shown, server.values())


def test_in_the_middle_of_a_prune(px: Px, server: TestDevServer) -> None:
    """Everything is written, two are deleted, one is in doubt, two are still there."""
    server.seed(dict.fromkeys(OLD, "x"))
    server.fail_next(*[None] * 6, faults.hang)  # a list, three chunks, two deletions
    child = px.terminal("secret", "import", "x.env", "--prune", "--yes")
    server.wait_for_calls(7)

    child.sendintr()
    code, shown = finish(child)

    assert code == 130
    assert (
        "error: interrupted; 300 of 300 secrets were written; 2 of 5 were deleted, "
        "OLD_2 may or may not be deleted, 2 not deleted (OLD_3 to OLD_4)"
    ) in shown
    assert server.values() == NEW | dict.fromkeys(OLD[2:], "x")


def test_running_it_again_ends_with_the_files(px: Px, server: TestDevServer) -> None:
    """An interrupted import and prune is mended by the same command."""
    server.seed(dict.fromkeys(OLD, "x"))
    server.fail_next(None, None, faults.hang)
    child = px.terminal("secret", "import", "x.env", "--prune", "--yes")
    server.wait_for_calls(3)
    child.sendintr()
    stopped, shown = finish(child)

    done = px.run("secret", "import", "x.env", "--prune", "--yes")

    assert (stopped, done.returncode) == (130, 0)
    assert "0 of 5 were deleted, 5 not deleted (OLD_0 to OLD_4)" in shown
    assert server.values() == NEW
