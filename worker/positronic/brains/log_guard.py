"""LogGuard: a text stream in front of another, that no value of a run gets through."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Protocol

from positronic.brains.known_values import KnownValues
from positronic.brains.live_redactors import responsible
from positronic.redact import Redactor

MAX_LINE: Final = 256 * 1024  # characters that are held while a line is not ended


class TextStream(Protocol):
    """What is needed of the stream behind."""

    def write(self, text: str, /) -> int: ...

    def flush(self) -> None: ...


class LogGuard:
    """Passes whole lines, without what was read here, nor what a run knows that is left.

    A line is held until it ends, so a value that is written piece by piece is found; `flush` does
    not let it out early. One that grows too long is left out, as its parts could be half a value;
    so is a text that is too long to be searched. Stands in the place of `sys.stdout` and
    `sys.stderr`; offers no way around itself.
    """

    def __init__(
        self, stream: TextStream, here: KnownValues | None = None, limit: int = MAX_LINE
    ) -> None:
        self._stream = stream
        self._here = here or KnownValues()
        self._limit = limit
        self._held: list[str] = []
        self._size = 0
        self._redactors: list[Redactor] = []

    def write(self, text: str) -> int:
        self._redactors += [one for one in responsible() if one not in self._redactors]
        ended, newline, rest = text.rpartition("\n")
        if newline:
            self._pass(ended)
            # What follows is a new line, if there is one.
            self._redactors = responsible() if rest else []
        self._hold(rest)
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        self._stream.flush()

    def isatty(self) -> bool:
        return False

    def _hold(self, text: str) -> None:
        self._size += len(text)
        if self._size <= self._limit:
            self._held.append(text)
        else:
            self._held.clear()

    def _pass(self, ended: str) -> None:
        """Several lines at once: a value can have more than one. None of too many."""
        if self._size > self._limit:
            _, newline, ended = ended.partition("\n")
            self._leave_out("a line")
            lines = [ended] if newline else []
        else:
            lines = ["".join([*self._held, ended])]
        for some in lines:
            if len(some) > self._limit:
                self._leave_out("a text")
            else:
                self._stream.write(self._redacted(some) + "\n")
        self._held.clear()
        self._size = 0

    def _leave_out(self, what: str) -> None:
        self._stream.write(f"[{what} of more than {self._limit:,} characters was left out]\n")

    def _redacted(self, lines: str) -> str:
        # First what is known here: a run would take a value of another project for its own doing.
        here = [*self._here.redactors(), self._here.strong_values(lines)]
        for redactor in [*here, *self._redactors]:
            lines = redactor.message(lines)
            if redactor.whole_only:
                lines = "\n".join(redactor.message(line) for line in lines.split("\n"))
        return lines
