"""What a value can be that whoever may write secrets has chosen to make every run slow."""

from __future__ import annotations

import subprocess
import sys

import pytest

COSTLY = {
    "many beginnings of a PEM, none with an end": '"-----BEGIN A-----" * 60_000, "hello"',
    "the same few letters over and over": '"A1b2C3d4" * 8_000, "hello A1b2C3 " * 40_000',
}


@pytest.mark.parametrize("case", COSTLY)
def test_no_value_takes_the_square_of_its_size(case: str) -> None:
    """Known and looked for in a few seconds; each took many minutes."""
    script = (
        "from positronic.redact import Redactor\n"
        f"value, text = {COSTLY[case]}\n"
        "redactor = Redactor()\n"
        "redactor.add('NAME', value)\n"
        "print(redactor.text(text) == text, redactor.text(f'<{value}>'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout == "True <[secret:NAME]>\n"
