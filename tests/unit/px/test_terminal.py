"""What px says cannot control the terminal, wherever a name in it came from."""

from __future__ import annotations

import pytest

from px import terminal
from px.errors import Detail, Refused

NAME = "a\u001b]0;b\u0007\r\u0085"
SHOWN = r"a\x1b]0;b\x07\r\x85"


def test_messages_show_control_characters_as_escapes(capsys: pytest.CaptureFixture[str]) -> None:
    """Lines, questions and errors; line ends and tabs stay."""
    terminal.say(f"{NAME}\n\tё")
    terminal.ask(NAME)
    terminal.fail(
        Refused(NAME, code="x", hint=NAME, details=[Detail("x", NAME)]),
        as_json=False,
    )

    said = capsys.readouterr().err
    assert said == f"{SHOWN}\n\tё\n{SHOWN}error: {SHOWN}\n  {SHOWN}\nhint: {SHOWN}\n"
