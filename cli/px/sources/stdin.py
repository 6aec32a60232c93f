"""Stdin, read whole; hidden on a terminal."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from px.errors import Usage
from px.files.assignments import Reading
from px.sources import text
from px.sources.deploy_file import refuse_deploy_file
from px.sources.source import SourceOptions

STDIN: Final = "-"
_LABEL: Final = "stdin"
_PATH: Final = Path("/dev/fd/0")


class StdinSource:
    """What another tool prints, or a person types."""

    def __init__(self, options: SourceOptions) -> None:
        self._form = options.form

    def read(self, number: int, count: int) -> Reading:
        found = text.parse(read_stdin(), self._form, name=STDIN, what=_LABEL)
        return Reading(found, None if number == count == 1 else _LABEL)


def read_stdin() -> bytes:
    """All of it. Raises Usage."""
    from px import terminal

    if sys.stdin is None:
        raise Usage("stdin is closed")
    if terminal.is_terminal(sys.stdin):
        from px.prompts.hidden_prompt import read_all

        question = "Secrets, dotenv or JSON (hidden; end with Ctrl-D): "
        return read_all(question, text.MAX_FILE, "what was typed")
    if _PATH.exists():
        refuse_deploy_file(_PATH)
    return text.bounded(sys.stdin.buffer.read(text.MAX_FILE + 1), _LABEL)
