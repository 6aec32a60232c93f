"""The passphrase of a recovery file on a real terminal."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pexpect
import pytest

Child = Any  # pexpect has no types
GOOD = "correct horse battery"
FIRST, SECOND = "New passphrase for f.json (hidden): ", "Repeat the passphrase (hidden): "
PROGRAM = """
from px.errors import PxError
from px.keys.passphrase import Passphrase
try:
    print("taken", len(Passphrase(stdin=False).new("f.json")))
except PxError as error:
    print("refused", error.code)
"""


@pytest.fixture
def child(tmp_path: Path) -> Child:
    return pexpect.spawn(
        sys.executable, ["-c", PROGRAM], cwd=tmp_path, encoding="utf-8", timeout=20
    )


def enter(child: Child, first: str, second: str | None) -> None:
    child.expect_exact(FIRST)
    child.send(first + "\r")
    if second is not None:
        child.expect_exact(SECOND)
        child.send(second + "\r")


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (GOOD, GOOD + "x", "the two passphrases differ"),
        ("short", None, "at least 12 characters"),
        (GOOD + "\x1b[D", None, "contains a control character (ESC)"),
    ],
)
def test_a_typing_error_is_asked_again(
    child: Child, first: str, second: str | None, words: str
) -> None:
    """It ends no deploy: px says what is wrong and asks for both again."""
    enter(child, first, second)
    child.expect_exact(words)
    enter(child, GOOD, GOOD)

    child.expect_exact(f"taken {len(GOOD)}")


def test_three_attempts_and_no_more(child: Child) -> None:
    """Then it is refused, and nothing was changed."""
    for _ in range(3):
        enter(child, GOOD, GOOD + "x")

    child.expect_exact("refused passphrases_differ")
