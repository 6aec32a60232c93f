"""LogGuard: a text stream that redacts the values of runs and passes the rest on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Protocol

from positronic.brains.known_values import KnownValues
from positronic.brains.live_redactors import printed_here, responsible
from positronic.redact import Redactor
from positronic.redact.printed_lines import printed_lines

MAX_LINE: Final = 256 * 1024  # characters that are held back while a line is unfinished
# Of a text with line ends, held back while its last line is unfinished: the longest value fits.
MAX_TEXT: Final = 72 * 1024


class TextStream(Protocol):
    """What is used of the stream behind it."""

    def write(self, text: str, /) -> int: ...

    def flush(self) -> None: ...


class LogGuard:
    """Passes whole lines, without the values that this isolate or any live run knows.

    A line is held back until it ends, so that a value written in pieces is found; `flush` does not
    release it early. Where a value of several lines is known, so is the text that was written with
    its beginning. A line or text that is too long to search is left out, because a part could be
    half a value. Replaces `sys.stdout` and `sys.stderr`, and offers no way around itself. What a
    run's own code writes is also given to that run, whose watchers see it later.
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
        if printed := printed_here():
            printed.write(self, text)
        self._redactors += [one for one in responsible() if one not in self._redactors]
        ended, newline, rest = text.rpartition("\n")
        if rest and self._may_be_a_value(text):
            newline, rest = "", text
        if newline:
            self._pass(ended)
            # Whatever follows starts a new line.
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

    def _may_be_a_value(self, text: str) -> bool:
        """One of several lines, of which the last has not ended: `print` ends it separately."""
        if self._size + len(text) > min(MAX_TEXT, self._limit):
            return False
        return any(one.has_lines for one in [*self._here.redactors(), *self._redactors])

    def _hold(self, text: str) -> None:
        self._size += len(text)
        if self._size <= self._limit:
            self._held.append(text)
        else:
            self._held.clear()

    def _pass(self, ended: str) -> None:
        """Several lines at once, because a value may have several; none if there are too many."""
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
        # First what is known here: a run would count a value of another project as its own finding.
        here = [*self._here.redactors(), self._here.strong_values(lines)]
        for redactor in [*here, *self._redactors]:
            lines = printed_lines(redactor, lines)
        return lines
