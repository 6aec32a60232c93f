"""The passphrase of a recovery file: from the hidden prompt, or from stdin for CI."""

from __future__ import annotations

import sys
from typing import Final

from px import terminal
from px.errors import Refused, Usage

SHORTEST: Final = 12  # characters
LONGEST: Final = 1024  # bytes
ATTEMPTS: Final = 3  # at the prompt


class Passphrase:
    """Where it comes from; typed twice for a new file, where a typo would lock the key away."""

    def __init__(self, *, stdin: bool, otherwise: str = "") -> None:
        self._stdin = stdin
        self._hint = f"use --passphrase-stdin{otherwise}"
        self.was_typed = False

    def check(self) -> None:
        """Raises Usage if px cannot ask for one, before anything is done."""
        if not self._stdin and not terminal.is_terminal(sys.stdin):
            raise Usage(
                "there is no terminal to type the recovery file's passphrase on",
                code="no_passphrase",
                hint=self._hint,
            )

    def new(self, name: str) -> str:
        """For a new file; asks again after a typing error. Raises Usage and Refused like `_new`."""
        for _ in range(ATTEMPTS - 1 if self.asks else 0):
            try:
                return self._new(name)
            except (Usage, Refused) as error:
                terminal.say(f"{error.message.partition(';')[0]}; please try again")
        return self._new(name)

    @property
    def asks(self) -> bool:
        """Whether the user types it."""
        return not self._stdin and terminal.is_terminal(sys.stdin)

    def _new(self, name: str) -> str:
        """Raises Usage for an invalid one, Refused if the two differ."""
        first = self._one(f"New passphrase for {name} (hidden): ")
        if len(first) < SHORTEST:
            raise Usage(
                f"a passphrase must have at least {SHORTEST} characters; nothing was changed",
                code="short_passphrase",
            )
        if not self._stdin and self._one("Repeat the passphrase (hidden): ") != first:
            raise Refused(
                "the two passphrases differ; nothing was changed", code="passphrases_differ"
            )
        return first

    def known(self, name: str) -> str:
        """For an existing file."""
        return self._one(f"Passphrase of {name} (hidden): ")

    def _one(self, question: str) -> str:
        self.check()
        data = self._from_stdin() if self._stdin else _ask(question)
        self.was_typed = not self._stdin
        try:
            return data.decode()
        except UnicodeDecodeError:
            raise Usage("the passphrase is not UTF-8 text", code="short_passphrase") from None

    def _from_stdin(self) -> bytes:
        """All of stdin, without one final line end."""
        if sys.stdin is None:
            raise Usage("stdin is closed", code="no_passphrase")
        data = sys.stdin.buffer.read(LONGEST + 3)
        data = data[:-2] if data.endswith(b"\r\n") else data.removesuffix(b"\n")
        if len(data) > LONGEST:
            raise Usage(f"a passphrase can have at most {LONGEST:,} bytes", code="long_passphrase")
        return data


def _ask(question: str) -> bytes:
    from px.prompts.hidden_prompt import read_line

    return read_line(question, LONGEST, "the passphrase")
